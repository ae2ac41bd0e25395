//! What the campaign breaks: a disk that is full, an index that never answers.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tempfile::TempDir;

/// A small file system in memory, gone when dropped.
pub(crate) struct Disk(TempDir);

impl Disk {
    /// One of so many megabytes; nothing where this user may mount nothing.
    pub(crate) fn mount(megabytes: u32) -> Option<Self> {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let status = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"])
            .arg(directory.path())
            .stderr(Stdio::null())
            .status();
        status
            .is_ok_and(|status| status.success())
            .then_some(Self(directory))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> String {
        self.0.path().display().to_string()
    }

    /// Writes until there is no room.
    pub(crate) fn fill(&self) {
        let mut file = fs::File::create(self.0.path().join("filler")).expect("a file");
        let (large, small) = (vec![0; 1 << 20], [0; 512]);
        while file.write_all(&large).is_ok() {}
        while file.write_all(&small).is_ok() {}
    }

    /// Makes the room again.
    pub(crate) fn empty(&self) {
        fs::remove_file(self.0.path().join("filler")).expect("the file is there");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Servers that have it open keep it until they end.
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

/// Somebody who takes connections and says nothing.
pub(crate) struct Silence {
    port: u16,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Silence {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("its port").port();
        listener.set_nonblocking(true).expect("it can be asked");
        let over = Arc::new(AtomicBool::new(false));
        let end = Arc::clone(&over);
        let thread = thread::spawn(move || {
            let mut held = Vec::new();
            while !end.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((mut stream, _)) => {
                        let _ = stream.set_nonblocking(true);
                        let _ = stream.read(&mut [0; 512]);
                        held.push(stream);
                    }
                    Err(_) => thread::sleep(Duration::from_millis(5)),
                }
            }
        });
        Self {
            port,
            over,
            thread: Some(thread),
        }
    }

    /// A requirement that comes from there.
    pub(crate) fn requirement(&self) -> String {
        let port = self.port;
        format!("silence@http://127.0.0.1:{port}/silence-1-py3-none-any.whl")
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
