//! What workers and other users of the system can reach of the server.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::arena::{Arena, outcome};
use crate::support::eventually;
use crate::support::server::signal;

#[test]
fn a_worker_has_its_sockets_and_nothing_else_of_the_server() {
    let mut arena = Arena::with(&["--appendonly", "yes"]);
    let waiting: Vec<_> = (0..20).map(|_| arena.server.client()).collect();
    // One that starts while all of this is open.
    for worker in arena.server.workers() {
        signal(worker, "KILL");
    }
    let script = "
def look(r):
    import os
    found = []
    for name in os.listdir('/proc/self/fd'):
        try:
            found.append((int(name), os.readlink('/proc/self/fd/' + name)))
        except OSError:
            pass
    return [n + ' ' + t for n, t in ((str(n), t) for n, t in found) if not t.startswith(('socket:', 'pipe:', '/dev/', 'anon_inode:', '/proc/', '/memfd:redgrease'))], sum(t.startswith('socket:') for _, t in found)
GB('ShardsIDReader').map(look).run()";
    let mut said = String::new();
    eventually("a worker", || match outcome(&arena.py(script)) {
        Ok(found) => {
            said = found;
            true
        }
        Err(_) => false,
    });
    let count: usize = said
        .rsplit(", ")
        .next()
        .and_then(|end| end.trim_end_matches([')', ']', '"']).parse().ok())
        .unwrap_or_else(|| panic!("{said}"));
    assert!(said.contains("([], ") && count <= 3, "{said}");
    drop(waiting);
    arena.finish();
}

#[test]
fn what_the_engine_writes_is_for_its_user_alone() {
    let arena = Arena::new();
    let directory = arena.server.installation();
    let mut seen = 0;
    for entry in fs::read_dir(&directory).expect("a directory").flatten() {
        let mode = entry.metadata().expect("there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}: {mode:o}", entry.path().display());
        seen += 1;
    }
    assert!(seen > 0);
    arena.finish();
}

#[test]
fn a_name_does_not_look_like_a_line_of_the_log() {
    let mut arena = Arena::new();
    arena.py("log('first\\n1:M 01 Jan 2026 00:00:00.000 * forged', 'notice')");
    let line = "first\\n1:M 01 Jan 2026 00:00:00.000 * forged";
    eventually("the line", || arena.server.log().contains(line));
    arena.ask(&[
        "RG.PYEXECUTE",
        "GB('CommandReader').register(trigger='t')",
        "DESCRIPTION",
        "a\r\n# forged\r\nrole:slave",
    ]);
    let info = arena.ask(&["INFO", "everything"]).text();
    assert!(!info.contains("\r\nrole:slave"), "{info}");
    arena.finish();
}

#[test]
fn damaged_files_of_workers_are_made_again() {
    let mut arena = Arena::new();
    let directory = arena.server.installation();
    let mut files = Vec::new();
    let mut places = vec![directory];
    while let Some(place) = places.pop() {
        for entry in fs::read_dir(&place).expect("a directory").flatten() {
            if entry.path().is_dir() {
                places.push(entry.path());
            } else if entry.path().to_string_lossy().contains("redgrease_worker") {
                files.push(entry.path());
            }
        }
    }
    assert!(
        files.iter().any(|file| file.ends_with("start.py")),
        "{files:?}"
    );
    for damage in ["compiled", "cut", "gone"] {
        for file in &files {
            let compiled = file.extension().is_some_and(|ending| ending == "pyc");
            match damage {
                "compiled" if compiled => {
                    fs::write(file, &fs::read(file).unwrap_or_default()[..20]).expect("written");
                }
                "cut" if !compiled => {
                    fs::write(file, "def broken(").expect("written");
                }
                "gone" if !compiled => fs::remove_file(file).unwrap_or_default(),
                _ => {}
            }
        }
        for worker in arena.server.workers() {
            signal(worker, "KILL");
        }
        eventually(damage, || {
            outcome(&arena.py("GB('ShardsIDReader').run()")).is_ok()
        });
    }
    arena.finish();
}

#[test]
fn failures_reach_the_log_and_do_not_flood_it() {
    let mut arena = Arena::new();
    arena.register("def bad(r):\n    raise ValueError('something of its own')\nGB('KeysReader').foreach(bad).register('bad*', mode='async_local')");
    for number in 0..1000 {
        arena.ask(&["SET", &format!("bad{number}"), "v"]);
    }
    eventually("the first line", || {
        arena.server.log().contains("something of its own")
    });
    let lines = arena.server.log().matches("something of its own").count();
    assert!(lines < 100, "{lines}");
    arena.finish();
}
