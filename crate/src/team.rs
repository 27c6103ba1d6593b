//! The threads that share the work of one run: a leader, which is whoever calls [`each`], and
//! members that wait for work.
//!
//! A step of training is some hundred microseconds long and has a few phases, so members
//! wait awake for a moment before they sleep. Nobody has a share of their own: whoever is free
//! claims the next, so that a leader whose members have no core to run on does all of it
//! itself. Whether it pays at all is measured as the work goes on ([`Sharing`]): where the
//! cores are busy with other things it does not. Who does which share makes no difference to a result: what is shared out are rows
//! or columns whose sums nobody else adds to.

// A piece of work is lent to threads that outlive it: they are done before `each` returns.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Condvar, Mutex, PoisonError, TryLockError};

use web_time::Instant;

/// Looks before sleep: for about the longest time between two phases of a run.
const NUM_LOOKS: u32 = if cfg!(target_family = "wasm") {
    500_000
} else {
    2_000
};

/// Where threads sleep until something has come true.
struct Bed {
    num_asleep: AtomicU32,
    lock: Mutex<()>,
    news: Condvar,
}

impl Bed {
    const fn new() -> Self {
        Self {
            num_asleep: AtomicU32::new(0),
            lock: Mutex::new(()),
            news: Condvar::new(),
        }
    }

    /// Wakes who sleeps, after something came true.
    fn tell(&self) {
        // Either a sleeper is seen here, or it looks once more before it sleeps.
        if self.num_asleep.load(SeqCst) > 0 {
            drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner));
            self.news.notify_all();
        }
    }

    fn wait_until(&self, is_true: impl Fn() -> bool) {
        for _ in 0..NUM_LOOKS {
            if is_true() {
                return;
            }
            spin_loop();
        }
        let mut guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.num_asleep.fetch_add(1, SeqCst);
        while !is_true() {
            guard = self
                .news
                .wait(guard)
                .unwrap_or_else(PoisonError::into_inner);
        }
        self.num_asleep.fetch_sub(1, SeqCst);
    }
}

/// What is there to be claimed, in one word: which piece of work, the next share of it and how
/// many shares it has.
#[derive(Clone, Copy)]
struct Offer {
    piece: u32,
    next: u16,
    num: u16,
}

impl Offer {
    fn of(word: u64) -> Self {
        Self {
            piece: (word >> 32) as u32,
            next: (word >> 16) as u16,
            num: word as u16,
        }
    }

    fn word(self) -> u64 {
        u64::from(self.piece) << 32 | u64::from(self.next) << 16 | u64::from(self.num)
    }
}

/// Work that is shared out: called with `data` and a share's number.
#[derive(Clone, Copy)]
struct Work {
    call: unsafe fn(*const (), usize),
    data: *const (),
}

struct Team {
    /// Held by the leader at work.
    leader: Mutex<()>,
    /// An [`Offer`].
    offer: AtomicU64,
    num_done: AtomicU32,
    /// Members that wait for an offer, and the leader that waits for the last share.
    members: Bed,
    waiting_leader: Bed,
    num_members: AtomicU32,
    /// Whether work is shared out, as [`Sharing`] found it to pay.
    is_shared: AtomicBool,
    has_panicked: AtomicBool,
    work: UnsafeCell<Work>,
}

// SAFETY: `work` is written by the holder of `leader` while every share of the work before is
// done and nothing is on offer, and read by who has claimed a share that is not done.
unsafe impl Sync for Team {}

unsafe fn nothing(_: *const (), _: usize) {}

static TEAM: Team = Team {
    leader: Mutex::new(()),
    offer: AtomicU64::new(0),
    num_done: AtomicU32::new(0),
    members: Bed::new(),
    waiting_leader: Bed::new(),
    num_members: AtomicU32::new(0),
    is_shared: AtomicBool::new(true),
    has_panicked: AtomicBool::new(false),
    work: UnsafeCell::new(Work {
        call: nothing,
        data: std::ptr::null(),
    }),
};

/// How many there are, the leader included; 1 where nobody has joined.
pub fn size() -> usize {
    1 + TEAM.num_members.load(SeqCst) as usize
}

/// How many work is to be shared among: [`size`], or 1 where that was found to be faster.
pub fn num_shares() -> usize {
    if TEAM.is_shared.load(SeqCst) {
        size()
    } else {
        1
    }
}

/// Calls `work` with each item, on as many threads as there are in the team. Returns when all
/// are done. A second leader at the same time works alone.
///
/// # Panics
/// When `work` does.
pub fn each<T: Send>(items: &mut [T], work: impl Fn(&mut T) + Sync) {
    let lock = match TEAM.leader.try_lock() {
        Ok(lock) => Some(lock),
        Err(TryLockError::Poisoned(lock)) => Some(lock.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    };
    match u16::try_from(items.len()) {
        Ok(num) if num > 1 && num_shares() > 1 && lock.is_some() => share_out(items, num, &work),
        _ => items.iter_mut().for_each(work),
    }
}

/// Items and what is done with each.
struct Shares<'a, T, W> {
    first: *mut T,
    work: &'a W,
}

fn share_out<T: Send, W: Fn(&mut T) + Sync>(items: &mut [T], num: u16, work: &W) {
    unsafe fn call<T, W: Fn(&mut T)>(shares: *const (), number: usize) {
        // SAFETY: `share_out` lends them until every share is done, and each number is
        // claimed once.
        unsafe {
            let shares = &*shares.cast::<Shares<'_, T, W>>();
            (shares.work)(&mut *shares.first.add(number));
        }
    }
    let shares = Shares {
        first: items.as_mut_ptr(),
        work,
    };
    TEAM.num_done.store(0, SeqCst);
    // SAFETY: the caller holds `leader`, and all shares of the work before are done.
    unsafe {
        *TEAM.work.get() = Work {
            call: call::<T, W>,
            data: (&raw const shares).cast(),
        };
    }
    let piece = Offer::of(TEAM.offer.load(SeqCst)).piece.wrapping_add(1);
    TEAM.offer.store(
        Offer {
            piece,
            next: 0,
            num,
        }
        .word(),
        SeqCst,
    );
    TEAM.members.tell();
    while work_once() {}
    // What is lent stays until the last share is done.
    let is_done = || TEAM.num_done.load(SeqCst) >= u32::from(num);
    TEAM.waiting_leader.wait_until(is_done);
    assert!(
        !TEAM.has_panicked.swap(false, SeqCst),
        "a share of the work panicked"
    );
}

/// Claims a share and does it, if one is on offer.
fn work_once() -> bool {
    let claim = TEAM.offer.fetch_update(SeqCst, SeqCst, |word| {
        let offer = Offer::of(word);
        (offer.next < offer.num).then(|| {
            let next = offer.next + 1;
            Offer { next, ..offer }.word()
        })
    });
    let Ok(claimed) = claim.map(Offer::of) else {
        return false;
    };
    // SAFETY: a share has been claimed and is not done.
    let Work { call, data } = unsafe { *TEAM.work.get() };
    // SAFETY: as `share_out` says.
    let done = catch_unwind(AssertUnwindSafe(|| unsafe {
        call(data, usize::from(claimed.next));
    }));
    if done.is_err() {
        TEAM.has_panicked.store(true, SeqCst);
    }
    if TEAM.num_done.fetch_add(1, SeqCst) + 1 == u32::from(claimed.num) {
        TEAM.waiting_leader.tell();
    }
    true
}

/// Makes the calling thread a member; never returns.
pub fn join() -> ! {
    TEAM.num_members.fetch_add(1, SeqCst);
    loop {
        TEAM.members.wait_until(|| {
            let offer = Offer::of(TEAM.offer.load(SeqCst));
            offer.next < offer.num
        });
        work_once();
    }
}

/// Ends the leader's wait for a member that fell in the midst of a share, as one does that
/// trapped: its work has failed.
pub fn give_up() {
    TEAM.has_panicked.store(true, SeqCst);
    TEAM.num_done.store(u32::MAX / 2, SeqCst);
    TEAM.waiting_leader.tell();
}

/// Finds out, step after step of a run, whether to share the work pays: now and then some
/// steps are done the other way, and what was faster goes on. A way that was confirmed goes on
/// for twice as long; one that has just been taken is soon doubted, so that neither a wrong
/// first guess nor a moment's noise lasts.
#[derive(Debug)]
pub struct Sharing {
    /// Whether one alone has been faster so far.
    is_alone: bool,
    /// Steps since the last decision.
    num_steps: u32,
    /// Steps from a decision until the other way is tried.
    num_settled: u32,
    /// Seconds and rows, of the way that was taken and of the other.
    measured: [(f64, usize); 2],
}

/// Steps until the other way is tried, of a way just taken and of one confirmed again and again.
const SETTLED: [u32; 2] = [30, 960];
/// Steps the other way, until there is a decision.
const NUM_TRIED: u32 = 24;
/// Steps at the head of each that are not measured: who slept has to wake first.
const NUM_WAKING: u32 = 8;

impl Default for Sharing {
    fn default() -> Self {
        Self {
            is_alone: false,
            num_steps: 0,
            num_settled: SETTLED[0],
            measured: Default::default(),
        }
    }
}

impl Sharing {
    /// Does a step of `num_rows` rows, shared out or not.
    pub fn step<T>(&mut self, num_rows: usize, work: impl FnOnce() -> T) -> T {
        if size() == 1 {
            return work();
        }
        let is_other = self.num_steps >= self.num_settled;
        let num_before = self.num_steps - if is_other { self.num_settled } else { 0 };
        TEAM.is_shared.store(self.is_alone == is_other, SeqCst);
        let start = Instant::now();
        let done = work();
        if num_before >= NUM_WAKING {
            let (secs, rows) = &mut self.measured[usize::from(is_other)];
            *secs += start.elapsed().as_secs_f64();
            *rows += num_rows;
        }
        self.num_steps += 1;
        if self.num_steps == self.num_settled + NUM_TRIED {
            self.decide();
        }
        done
    }

    fn decide(&mut self) {
        let [taken, other] = self.measured.map(|(secs, rows)| secs / rows.max(1) as f64);
        let is_confirmed = taken <= other;
        *self = Self {
            is_alone: self.is_alone == is_confirmed,
            num_settled: if is_confirmed {
                SETTLED[1].min(2 * self.num_settled)
            } else {
                SETTLED[0]
            },
            ..Self::default()
        };
    }
}

/// Starts threads until `num` share the work, the leader included.
///
/// # Errors
/// When the system starts no more threads.
#[cfg(not(target_family = "wasm"))]
pub fn grow_to(num: usize) -> std::io::Result<()> {
    for wanted in size() + 1..=num {
        std::thread::Builder::new()
            .name("team".into())
            .spawn(|| join())?;
        while size() < wanted {
            std::thread::yield_now();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{NUM_TRIED, SETTLED, Sharing};

    #[test]
    fn a_confirmed_way_goes_on_for_longer_and_a_slower_one_ends() {
        let decided = |sharing: &mut Sharing, secs: [f64; 2]| {
            sharing.num_steps = sharing.num_settled + NUM_TRIED;
            sharing.measured = secs.map(|secs| (secs, 1000));
            sharing.decide();
            assert_eq!(sharing.num_steps, 0);
            (sharing.is_alone, sharing.num_settled)
        };
        let mut sharing = Sharing::default();
        assert_eq!(decided(&mut sharing, [1.0, 2.0]), (false, 60));
        assert_eq!(decided(&mut sharing, [1.0, 2.0]), (false, 120));
        for _ in 0..9 {
            decided(&mut sharing, [1.0, 2.0]);
        }
        assert_eq!(sharing.num_settled, SETTLED[1]);
        assert_eq!(decided(&mut sharing, [2.0, 1.0]), (true, SETTLED[0]));
        assert_eq!(decided(&mut sharing, [1.0, 1.5]), (true, 60));
        assert_eq!(decided(&mut sharing, [1.5, 1.0]), (false, SETTLED[0]));
    }
}
