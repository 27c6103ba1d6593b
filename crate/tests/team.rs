//! The team that shares a run's work: each share is done once, whatever goes wrong.
#![cfg(not(target_family = "wasm"))]

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
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

// One test, for there is one team in a process.
#[test]
fn a_team_does_each_share_once() {
    assert_eq!(team::size(), 1);
    let alone = who(4, |_| {});
    assert!(alone.iter().all(|&id| id == thread::current().id()));

    team::grow_to(3).unwrap();
    team::grow_to(2).unwrap();
    assert_eq!(team::size(), 3);
    for num in [0, 1, 2, 3, 8, 3, 2] {
        let ids: HashSet<ThreadId> = who(num, |_| {}).into_iter().collect();
        assert_eq!(ids.len(), num.min(3), "{num} shares");
    }

    // Members that sleep are woken, and a leader that sleeps is too.
    for sleeper in [0, 1] {
        thread::sleep(Duration::from_millis(20));
        let ids = who(3, |item| {
            if item == sleeper {
                thread::sleep(Duration::from_millis(20));
            }
        });
        assert_eq!(ids.into_iter().collect::<HashSet<_>>().len(), 3);
    }

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
        let of_members: HashSet<usize> = [1, 2].into_iter().filter(|&item| item != bad).collect();
        let done: HashSet<usize> = done.into_inner().unwrap().into_iter().collect();
        assert!(of_members.is_subset(&done), "share {bad}: {done:?}");
        assert_eq!(who(3, |_| {}).into_iter().collect::<HashSet<_>>().len(), 3);
    }

    // Whoever finds the team at work works alone, within a share too.
    let inner = who(3, |_| {
        let ids: HashSet<ThreadId> = who(4, |_| {}).into_iter().collect();
        assert_eq!(ids, HashSet::from([thread::current().id()]));
    });
    assert_eq!(inner.into_iter().collect::<HashSet<_>>().len(), 3);

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
