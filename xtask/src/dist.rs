//! `cargo xtask dist windows`: the programs that practices get, made on Debian 12 for 64-bit Windows.
//!
//! Debian has a compiler for Windows, and the source of Rust's standard library, but not the library made for Windows. It is
//! made once and kept outside the tree. The programs need nothing but what Windows brings along: that is looked at, and the
//! size, too.

use crate::Outcome;
use std::path::{Path, PathBuf};
use std::process::Command;

/// For which the programs are made.
const TARGET: &str = "x86_64-pc-windows-gnu";
/// The compiler of Debian, whose library's source lies beside it.
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const LIBRARY: &str = "/usr/lib/rustlib/src/rust/library";
const LINKER: &str = "x86_64-w64-mingw32-gcc";
const OBJDUMP: &str = "x86_64-w64-mingw32-objdump";
/// What has to be there, and in which package of Debian.
const NEEDED: &[(&str, &str)] = &[
    (RUSTC, "rustc-web"),
    (CARGO, "cargo-web"),
    (LIBRARY, "rust-web-src"),
    ("/usr/bin/x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64-win32"),
];
/// Largest program that fits the promise of the README, in bytes.
const MOST_BYTES: u64 = 12 * 1024 * 1024;
/// Libraries that every supported Windows has, in small letters; those that begin with `api-ms-win-` as well.
const OF_WINDOWS: &[&str] = &[
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "combase.dll",
    "kernel32.dll",
    "ktmw32.dll",
    "msvcrt.dll",
    "ntdll.dll",
    "ole32.dll",
    "oleaut32.dll",
    "propsys.dll",
    "rpcrt4.dll",
    "userenv.dll",
    "ws2_32.dll",
];

/// Makes the programs below `target/dist/windows`, and says how large they are.
pub fn windows(root: &Path) -> Outcome<String> {
    install()?;
    let sysroot = sysroot()?;
    let output = root.join("target/dist/windows");
    std::fs::create_dir_all(&output).map_err(|error| format!("cannot create `{}`: {error}", output.display()))?;
    let target = root.join("target/windows");
    cargo(
        &sysroot,
        &target,
        root,
        &["build", "--profile", "dist", "--locked", "-p", "visite", "--no-default-features"],
    )?;
    let made = target.join(TARGET).join("dist/visite.exe");
    let program = output.join("visite-check.exe");
    std::fs::copy(&made, &program).map_err(|error| format!("cannot copy `{}`: {error}", made.display()))?;
    let bytes = examine(&program)?;
    Ok(format!("{}: {:.1} MB", program.display(), bytes as f64 / 1_000_000.0))
}

/// Runs a command of cargo for Windows.
fn cargo(sysroot: &Path, target: &Path, root: &Path, arguments: &[&str]) -> Outcome<()> {
    let mut command = compiler();
    command
        .current_dir(root)
        .args(arguments)
        .args(["--target", TARGET])
        .arg("--target-dir")
        .arg(target)
        .env("RUSTFLAGS", format!("--sysroot={}", sysroot.display()))
        .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", LINKER)
        // It is carried on a stick and sent by mail: small comes before quick.
        .env("CARGO_PROFILE_DIST_OPT_LEVEL", "s")
        .env("CARGO_PROFILE_DIST_LTO", "fat");
    run(command)
}

/// Debian's cargo, whatever started us.
fn compiler() -> Command {
    let mut command = Command::new(CARGO);
    for name in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(name);
    }
    command.env("RUSTC", RUSTC);
    command
}

fn run(mut command: Command) -> Outcome<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{name}` ended with {status}")),
        Err(error) => Err(format!("cannot start `{name}`: {error}")),
    }
}

/// Installs what is missing.
fn install() -> Outcome<()> {
    let missing = NEEDED.iter().filter(|(path, _)| !Path::new(path).exists()).map(|(_, package)| *package);
    let missing: Vec<&str> = missing.collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    eprintln!("installing with apt-get: {packages}");
    let mut update = Command::new("apt-get");
    update.args(["update", "--quiet"]);
    let mut install = Command::new("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive");
    install.args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(&missing);
    let done = run(update).and_then(|()| run(install));
    done.map_err(|error| format!("{error}\nhint: as root, run `apt-get install --no-install-recommends {packages}`"))
}

/// The standard library for Windows, made at the first call and kept in the user's cache, by the compiler's version.
fn sysroot() -> Outcome<PathBuf> {
    let version = Command::new(RUSTC).arg("--version").output().map_err(|error| format!("`{RUSTC}`: {error}"))?;
    let version = String::from_utf8_lossy(&version.stdout).split_whitespace().nth(1).unwrap_or("unknown").to_owned();
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| std::env::home_dir().map(|home| home.join(".cache")));
    let place = cache.ok_or("there is no home directory to keep the standard library in")?;
    let place = place.join("visite").join(format!("rust-{version}-{TARGET}"));
    let libraries = place.join("lib/rustlib").join(TARGET).join("lib");
    if libraries.is_dir() {
        return Ok(place);
    }
    eprintln!("making Rust's standard library for Windows, once: {}", place.display());
    let failed = |what: &Path, error: std::io::Error| format!("`{}`: {error}", what.display());
    let work = place.with_extension("work");
    let _ = std::fs::remove_dir_all(&work);
    crate::write(&work.join("src/lib.rs"), "#![no_std]\n")?;
    let manifest = "[package]\nname = \"only-std\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    crate::write(&work.join("Cargo.toml"), manifest)?;
    let mut command = compiler();
    command
        .current_dir(&work)
        .args([
            "build",
            "--release",
            "-Z",
            "build-std=std,panic_abort,test",
            "--target",
            TARGET,
            "--target-dir",
            "target",
        ])
        // Debian's compiler is a stable one; making its own library is what it is asked for here.
        .env("RUSTC_BOOTSTRAP", "1")
        // What is made whole in the end (LTO) needs the library in this form.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes");
    run(command)?;
    let made = work.join("target").join(TARGET).join("release/deps");
    let ready = work.join("ready");
    std::fs::create_dir_all(&ready).map_err(|error| failed(&ready, error))?;
    for entry in std::fs::read_dir(&made).map_err(|error| failed(&made, error))? {
        let path = entry.map_err(|error| failed(&made, error))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.ends_with(".rlib") && !name.starts_with("libonly_std") {
            std::fs::copy(&path, ready.join(&name)).map_err(|error| failed(&path, error))?;
        }
    }
    // Last, so that what is there is whole.
    let parent = libraries.parent().unwrap_or(&place);
    std::fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
    std::fs::rename(&ready, &libraries).map_err(|error| failed(&libraries, error))?;
    let _ = std::fs::remove_dir_all(&work);
    Ok(place)
}

/// Whether a program is small enough and needs nothing but Windows. Its size.
fn examine(program: &Path) -> Outcome<u64> {
    let bytes = std::fs::metadata(program).map_err(|error| format!("`{}`: {error}", program.display()))?.len();
    if bytes > MOST_BYTES {
        return Err(format!("`{}` has {bytes} bytes, more than {MOST_BYTES}", program.display()));
    }
    let told = Command::new(OBJDUMP).arg("-p").arg(program).output();
    let told = told.map_err(|error| format!("cannot start `{OBJDUMP}`: {error}"))?;
    let told = String::from_utf8_lossy(&told.stdout).to_ascii_lowercase();
    let needed: Vec<&str> = told.lines().filter_map(|line| line.trim().strip_prefix("dll name: ")).collect();
    if needed.is_empty() {
        return Err(format!("`{}` names no library at all: it is no program for Windows", program.display()));
    }
    match needed.iter().find(|name| !name.starts_with("api-ms-win-") && !OF_WINDOWS.contains(name)) {
        Some(foreign) => Err(format!("`{}` needs `{foreign}`, which Windows does not have", program.display())),
        None => Ok(bytes),
    }
}
