//! The team that shares a run's work: each share is done once, whatever goes wrong.
#![cfg(not(target_family = "wasm"))]

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Barrier, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use inkling::team;

/// Who did each of `num` shares.
fn who(num: usize, work: impl Fn(usize) + Sync) -> Vec<ThreadId> {
    let mut items: Vec<(usize, Vec<ThreadId>)> = (0..num).map(|item| (item, vec![])).collect();
    team::each(&mut items, |(item, by)| {
        work(*item);
        by.push(thread::current().id());
    });
    items
        .into_iter()
        .map(|(item, by)| {
            assert_eq!(by.len(), 1, "share {item} is done once");
            by[0]
        })
        .collect()
}

/// How many threads do `num` shares that cannot end before all have begun.
fn together(num: usize) -> usize {
    let begun = Barrier::new(num);
    let ids = who(num, |_| {
        begun.wait();
    });
    ids.into_iter().collect::<HashSet<_>>().len()
}

// One test, for there is one team in a process.
#[test]
fn a_team_does_each_share_once() {
    assert_eq!(team::size(), 1);
    let alone = who(4, |_| {});
    assert!(alone.iter().all(|&id| id == thread::current().id()));

    team::grow_to(3).unwrap();
    team::grow_to(2).unwrap();
    assert_eq!(team::size(), 3);
    // Each share waits for the others, so that no thread can do two of them; members that
    // sleep are woken for it.
    for num in [2, 3, 3, 2] {
        thread::sleep(Duration::from_millis(20));
        assert_eq!(together(num), num, "{num} shares");
    }
    for num in [0, 1, 8, 65_535, 65_536] {
        assert_eq!(who(num, |_| {}).len(), num);
    }
    // A leader that sleeps while a member works on is woken.
    let slow = AtomicBool::new(true);
    who(2, |_| {
        if slow.swap(false, SeqCst) {
            thread::sleep(Duration::from_millis(20));
        }
    });

    // A share that panics is the leader's panic, and the team goes on.
    for bad in [0, 1, 2, 7] {
        let done = Mutex::new(vec![]);
        let failed = catch_unwind(AssertUnwindSafe(|| {
            who(8, |item| {
                assert_ne!(item, bad, "on purpose");
                done.lock().unwrap().push(item);
            })
        }));
        assert!(failed.is_err(), "share {bad}");
        let done: HashSet<usize> = done.into_inner().unwrap().into_iter().collect();
        assert_eq!(done.len(), 7, "all others are done: {done:?}");
        assert_eq!(together(3), 3);
    }

    // Whoever finds the team at work works alone, within a share too.
    let inner = who(3, |_| {
        let ids: HashSet<ThreadId> = who(4, |_| {}).into_iter().collect();
        assert_eq!(ids, HashSet::from([thread::current().id()]));
    });
    assert_eq!(inner.len(), 3);

    // Several leaders at once, over and over.
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..2_000 {
                    who(3, |_| {});
                }
            });
        }
    });
}
