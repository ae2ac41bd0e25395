//! Packages that are made for a test.

use std::path::Path;
use std::process::Command;

use super::server::python;

/// Writes the wheel of a package with one module, `name`, whose `VALUE` is `value`, and so many megabytes; gives its path.
#[track_caller]
pub(crate) fn wheel(
    directory: &Path,
    name: &str,
    version: &str,
    value: &str,
    metadata: &str,
    megabytes: u32,
) -> String {
    let path = directory.join(format!("{name}-{version}-py3-none-any.whl"));
    let path = path.to_str().expect("a name in UTF-8").to_owned();
    let script = "\
import os, sys, zipfile
path, name, version, value, more, megabytes = sys.argv[1:]
info = '%s-%s.dist-info/' % (name, version)
with zipfile.ZipFile(path, 'w') as wheel:
    wheel.writestr(name + '.py', 'VALUE = %r\\n' % value)
    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\n%s' % (name, version, more))
    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(info + 'RECORD', '')
    wheel.writestr(name + '_data', os.urandom(int(megabytes) << 20))
";
    let status = Command::new(python())
        .args(["-c", script, &path, name, version, value, metadata])
        .arg(megabytes.to_string())
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "{path} cannot be written"
    );
    path
}
