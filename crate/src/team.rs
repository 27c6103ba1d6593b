//! The threads that share the work of one run: a leader, which is whoever calls [`each`], and
//! members that wait to be called.
//!
//! A step of training is some hundred microseconds long and has a few phases, so members
//! wait awake for a moment before they sleep. Who does which share makes no difference to a
//! result: what is shared out are rows or columns whose sums nobody else adds to.

// A piece of work is lent to threads that outlive it: they are done before `each` returns.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Condvar, Mutex, PoisonError, TryLockError};

/// Looks at a signal before sleep: some 30 µs, less than to be woken takes.
const NUM_LOOKS: u32 = if cfg!(target_family = "wasm") {
    20_000
} else {
    2_000
};

/// A number that threads wait for a change of.
struct Signal {
    value: AtomicU32,
    num_asleep: AtomicU32,
    lock: Mutex<()>,
    change: Condvar,
}

impl Signal {
    const fn new() -> Self {
        Self {
            value: AtomicU32::new(0),
            num_asleep: AtomicU32::new(0),
            lock: Mutex::new(()),
            change: Condvar::new(),
        }
    }

    fn get(&self) -> u32 {
        self.value.load(SeqCst)
    }

    /// Wakes who sleeps, after the value was changed.
    fn tell(&self) {
        // Either a sleeper is seen here, or it sees the value before it sleeps.
        if self.num_asleep.load(SeqCst) > 0 {
            drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner));
            self.change.notify_all();
        }
    }

    fn wait_until(&self, is_reached: impl Fn(u32) -> bool) {
        for _ in 0..NUM_LOOKS {
            if is_reached(self.get()) {
                return;
            }
            spin_loop();
        }
        let mut guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.num_asleep.fetch_add(1, SeqCst);
        while !is_reached(self.get()) {
            guard = self
                .change
                .wait(guard)
                .unwrap_or_else(PoisonError::into_inner);
        }
        self.num_asleep.fetch_sub(1, SeqCst);
    }
}

/// Work that is shared out: called with `data` and a share's number, below `num`.
#[derive(Clone, Copy)]
struct Work {
    call: unsafe fn(*const (), usize),
    data: *const (),
    num: usize,
}

struct Team {
    /// Held by the leader at work, and by who joins.
    leader: Mutex<()>,
    /// Changes with each piece of work.
    called: Signal,
    /// Members still at work.
    at_work: Signal,
    num_members: AtomicU32,
    has_panicked: AtomicBool,
    work: UnsafeCell<Work>,
}

// SAFETY: `work` is written by the holder of `leader` while no member is at work, and read by
// members between their being called and their saying that they are done.
unsafe impl Sync for Team {}

unsafe fn nothing(_: *const (), _: usize) {}

static TEAM: Team = Team {
    leader: Mutex::new(()),
    called: Signal::new(),
    at_work: Signal::new(),
    num_members: AtomicU32::new(0),
    has_panicked: AtomicBool::new(false),
    work: UnsafeCell::new(Work {
        call: nothing,
        data: std::ptr::null(),
        num: 0,
    }),
};

/// How many share the work, the leader included; 1 where nobody has joined.
pub fn size() -> usize {
    1 + TEAM.num_members.load(SeqCst) as usize
}

/// Calls `work` with each item, each on a thread of its own while there are as many in the
/// team. Returns when all are done. A second leader at the same time works alone.
///
/// # Panics
/// When `work` does.
pub fn each<T: Send>(items: &mut [T], work: impl Fn(&mut T) + Sync) {
    let lock = match TEAM.leader.try_lock() {
        Ok(lock) => Some(lock),
        Err(TryLockError::Poisoned(lock)) => Some(lock.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    };
    let num_members = TEAM.num_members.load(SeqCst) as usize;
    if items.len() < 2 || num_members == 0 || lock.is_none() {
        items.iter_mut().for_each(work);
        return;
    }
    share_out(items, num_members, &work);
    drop(lock);
}

/// An item's share, for every thread of the team to begin with its own.
struct Shares<'a, T, W> {
    first: *mut T,
    work: &'a W,
}

fn share_out<T: Send, W: Fn(&mut T) + Sync>(items: &mut [T], num_members: usize, work: &W) {
    unsafe fn call<T, W: Fn(&mut T)>(shares: *const (), number: usize) {
        // SAFETY: `share_out` lends them until every member has said that it is done, and
        // each number is called once.
        unsafe {
            let shares = &*shares.cast::<Shares<'_, T, W>>();
            (shares.work)(&mut *shares.first.add(number));
        }
    }
    let (shared, rest) = items.split_at_mut(items.len().min(num_members + 1));
    let shares = Shares {
        first: shared.as_mut_ptr(),
        work,
    };
    TEAM.at_work.value.store(num_members as u32, SeqCst);
    // SAFETY: the caller holds `leader` and nobody is at work.
    unsafe {
        *TEAM.work.get() = Work {
            call: call::<T, W>,
            data: (&raw const shares).cast(),
            num: shared.len(),
        };
    }
    TEAM.called.value.fetch_add(1, SeqCst);
    TEAM.called.tell();
    // The members borrow from this frame: it waits for them even if it fails.
    let own = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: number 0 is the leader's own.
        unsafe { call::<T, W>((&raw const shares).cast(), 0) };
        rest.iter_mut().for_each(work);
    }));
    TEAM.at_work.wait_until(|num| num == 0);
    if let Err(panic) = own {
        std::panic::resume_unwind(panic);
    }
    assert!(
        !TEAM.has_panicked.swap(false, SeqCst),
        "a share of the work panicked"
    );
}

/// Makes the calling thread a member; never returns.
pub fn join() -> ! {
    let (number, mut seen) = {
        let _lock = TEAM.leader.lock().unwrap_or_else(PoisonError::into_inner);
        let number = 1 + TEAM.num_members.fetch_add(1, SeqCst) as usize;
        (number, TEAM.called.get())
    };
    loop {
        TEAM.called.wait_until(|now| now != seen);
        seen = TEAM.called.get();
        // SAFETY: this member has been called and has not yet said that it is done.
        let Work { call, data, num } = unsafe { *TEAM.work.get() };
        if number < num {
            // SAFETY: as `share_out` says.
            let done = catch_unwind(AssertUnwindSafe(|| unsafe { call(data, number) }));
            if done.is_err() {
                TEAM.has_panicked.store(true, SeqCst);
            }
        }
        if TEAM.at_work.value.fetch_sub(1, SeqCst) == 1 {
            TEAM.at_work.tell();
        }
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
