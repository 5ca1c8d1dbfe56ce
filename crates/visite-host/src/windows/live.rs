//! Reads on Windows what collectors want, with limits: nothing is written, no program is started.

use super::recording::{Asked, Data, Key, Recording, Row};
use super::wanted::{Wanted, is_person};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use visite_facts::UnknownReason;
use windows_registry::{LOCAL_MACHINE, Type, USERS};
use wmi::{Variant, WMIConnection};

/// Most keys below one key.
const MOST_NAMES: usize = 20_000;
/// Longest text that is kept, in characters.
const LONGEST_TEXT: usize = 64 * 1024;
/// Longest other value that is kept, in bytes.
const LONGEST_BYTES: usize = 4 * 1024;
/// Most rows of one class.
const MOST_ROWS: usize = 20_000;
/// How long WMI may take for one class. It hangs on computers whose repository is damaged.
const WMI_WITHIN: Duration = Duration::from_secs(20);

/// `ERROR_FILE_NOT_FOUND` and `ERROR_PATH_NOT_FOUND` as `HRESULT` (winerror.h).
const NOT_FOUND: [u32; 2] = [0x8007_0002, 0x8007_0003];
/// `ERROR_ACCESS_DENIED` as `HRESULT`, and `WBEM_E_ACCESS_DENIED`.
const DENIED: [u32; 2] = [0x8007_0005, 0x8004_1003];
/// `WBEM_E_NOT_FOUND`, `WBEM_E_INVALID_NAMESPACE`, `WBEM_E_INVALID_CLASS`, `WBEM_E_INVALID_QUERY`: this Windows has no such class,
/// or not these properties of it.
const NO_SUCH_CLASS: [u32; 4] = [0x8004_1002, 0x8004_100E, 0x8004_1010, 0x8004_1017];

/// Reads everything that is wanted, now.
pub fn read(wanted: &[Wanted], now: Timestamp) -> Recording {
    let mut recording = Recording { elevated: is_elevated(), ..Recording::new(now) };
    let mut registry = Registry::default();
    for question in wanted {
        match question {
            Wanted::Values(path, names) => registry.visit(path, &|key| key.values(names)),
            Wanted::Keys(path) => {
                registry.visit(path, &|key| key.names().map(|keys| Key { keys: Some(keys), ..Key::default() }))
            }
            Wanted::Rows { .. } => {}
        }
    }
    for (path, key) in registry.read {
        recording.put_key(&path, key);
    }
    for (name, rows) in rows(wanted) {
        recording.put_rows(&name, rows);
    }
    recording
}

/// Whether we have the rights of an administrator: nobody else may look into the registry of the local service account.
pub fn is_elevated() -> bool {
    USERS.open("S-1-5-19").is_ok()
}

#[derive(Default)]
struct Registry {
    read: BTreeMap<String, Asked<Key>>,
}

struct Opened(windows_registry::Key);

impl Registry {
    /// Asks the keys at `path`, in which a part may be `*`.
    fn visit(&mut self, path: &str, ask: &dyn Fn(&Opened) -> Result<Key, UnknownReason>) {
        match path.split_once('*') {
            None => self.ask(path, ask),
            Some((parent, rest)) => {
                let parent = parent.trim_end_matches('\\');
                let people = parent.eq_ignore_ascii_case("HKU");
                self.ask(parent, &|key| {
                    let keys = key.names()?.into_iter().filter(|name| !people || is_person(name)).collect();
                    Ok(Key { keys: Some(keys), ..Key::default() })
                });
                let Some(Asked::Found(Key { keys: Some(keys), .. })) = self.read.get(parent).cloned() else { return };
                // Another question may have asked for all of them.
                for key in keys.into_iter().filter(|name| !people || is_person(name)) {
                    self.visit(&format!("{parent}\\{key}{rest}"), ask);
                }
            }
        }
    }

    fn ask(&mut self, path: &str, ask: &dyn Fn(&Opened) -> Result<Key, UnknownReason>) {
        let answer = match open(path) {
            Ok(Some(key)) => match ask(&key) {
                Ok(key) => Asked::Found(key),
                Err(reason) => Asked::Failed(reason),
            },
            Ok(None) => Asked::Absent,
            Err(reason) => Asked::Failed(reason),
        };
        match (self.read.get_mut(path), answer) {
            // Two collectors want different values of one key.
            (Some(Asked::Found(known)), Asked::Found(more)) => {
                known.values.extend(more.values);
                known.keys = known.keys.take().or(more.keys);
            }
            (Some(_), _) => {}
            (None, answer) => {
                self.read.insert(path.to_owned(), answer);
            }
        }
    }
}

fn open(path: &str) -> Result<Option<Opened>, UnknownReason> {
    let (hive, rest) = path.split_once('\\').unwrap_or((path, ""));
    let hive = match hive {
        "HKLM" => LOCAL_MACHINE,
        "HKU" => USERS,
        _ => return Err(UnknownReason::NotSupported),
    };
    match hive.open(rest) {
        Ok(key) => Ok(Some(Opened(key))),
        Err(error) if NOT_FOUND.contains(&error.code().0.cast_unsigned()) => Ok(None),
        Err(error) => Err(reason(&error)),
    }
}

fn reason(error: &windows_result::Error) -> UnknownReason {
    reason_of(error.code().0.cast_unsigned())
}

fn reason_of(code: u32) -> UnknownReason {
    if DENIED.contains(&code) { UnknownReason::NoPermission } else { UnknownReason::Malformed }
}

impl Opened {
    fn names(&self) -> Result<Vec<String>, UnknownReason> {
        Ok(self.0.keys().map_err(|error| reason(&error))?.take(MOST_NAMES).collect())
    }

    /// Values by name.
    fn values(&self, names: &[&str]) -> Result<Key, UnknownReason> {
        let mut values = BTreeMap::new();
        for name in names {
            match self.0.get_value(name) {
                Ok(value) => values.extend(data(value).map(|data| ((*name).to_owned(), data))),
                Err(error) if NOT_FOUND.contains(&error.code().0.cast_unsigned()) => {}
                Err(error) => return Err(reason(&error)),
            }
        }
        Ok(Key { values, keys: None })
    }
}

/// A value of the registry. One that is longer than any real one is left out.
fn data(value: windows_registry::Value) -> Option<Data> {
    let bytes = |value: &[u8]| {
        let hex = value.iter().map(|byte| format!("{byte:02x}")).collect();
        (value.len() <= LONGEST_BYTES).then_some(Data::Bytes { hex })
    };
    let text = |text: String| (text.chars().count() <= LONGEST_TEXT).then_some(Data::Text(text));
    match value.ty() {
        Type::U32 => u32::try_from(value).ok().map(|number| Data::Number(number.into())),
        Type::U64 => u64::try_from(value).ok().and_then(|number| i64::try_from(number).ok()).map(Data::Number),
        Type::String | Type::ExpandString => String::try_from(value).ok().and_then(text),
        Type::MultiString => {
            let list = Vec::<String>::try_from(value).ok()?;
            Some(Data::List(list.into_iter().filter_map(text).collect()))
        }
        Type::Bytes | Type::Other(_) => bytes(&value),
    }
}

type Rows = Vec<(String, Asked<Vec<Row>>)>;

/// The rows of all classes that are wanted. One thread a namespace; one that hangs is left behind, with what it had not told
/// by then.
fn rows(wanted: &[Wanted]) -> Rows {
    let mut by_namespace: BTreeMap<&'static str, Vec<(String, String)>> = BTreeMap::new();
    for question in wanted {
        if let Wanted::Rows { namespace, class, properties, condition } = question {
            let condition = if condition.is_empty() { String::new() } else { format!(" WHERE {condition}") };
            let query = format!("SELECT {} FROM {class}{condition}", properties.join(", "));
            by_namespace.entry(namespace).or_default().push((Wanted::rows_name(namespace, class), query));
        }
    }
    let running: Vec<_> = by_namespace
        .into_iter()
        .map(|(namespace, queries)| {
            let (sender, receiver) = mpsc::channel();
            let names: Vec<String> = queries.iter().map(|(name, _)| name.clone()).collect();
            thread::spawn(move || {
                let connection = WMIConnection::with_namespace_path(namespace);
                for (name, query) in queries {
                    let answer = match &connection {
                        Ok(connection) => ask(connection, &query),
                        Err(error) => missing_or_failed(error),
                    };
                    // Nobody listens any more: the time was over.
                    if sender.send((name, answer)).is_err() {
                        return;
                    }
                }
            });
            (names, receiver)
        })
        .collect();
    let mut all = Rows::new();
    for (names, receiver) in running {
        for name in names {
            match receiver.recv_timeout(WMI_WITHIN) {
                Ok(answer) => all.push(answer),
                Err(_) => all.push((name, Asked::Failed(UnknownReason::TimedOut))),
            }
        }
    }
    all
}

fn ask(connection: &WMIConnection, query: &str) -> Asked<Vec<Row>> {
    match connection.raw_query::<std::collections::HashMap<String, Variant>>(query) {
        Ok(rows) => Asked::Found(rows.into_iter().take(MOST_ROWS).map(row).collect()),
        Err(error) => missing_or_failed(&error),
    }
}

fn missing_or_failed<T>(error: &wmi::WMIError) -> Asked<T> {
    match error {
        wmi::WMIError::HResultError { hres } if NO_SUCH_CLASS.contains(&hres.cast_unsigned()) => Asked::Absent,
        wmi::WMIError::HResultError { hres } => Asked::Failed(reason_of(hres.cast_unsigned())),
        _ => Asked::Failed(UnknownReason::Malformed),
    }
}

fn row(properties: std::collections::HashMap<String, Variant>) -> Row {
    properties.into_iter().filter_map(|(name, value)| Some((name, variant(value)?))).collect()
}

fn variant(value: Variant) -> Option<Data> {
    Some(match value {
        Variant::String(text) => Data::Text(text),
        Variant::Bool(flag) => Data::Flag(flag),
        Variant::I1(number) => Data::Number(number.into()),
        Variant::I2(number) => Data::Number(number.into()),
        Variant::I4(number) => Data::Number(number.into()),
        Variant::I8(number) => Data::Number(number),
        Variant::UI1(number) => Data::Number(number.into()),
        Variant::UI2(number) => Data::Number(number.into()),
        Variant::UI4(number) => Data::Number(number.into()),
        Variant::UI8(number) => Data::Number(i64::try_from(number).ok()?),
        Variant::Array(list) => Data::List(list.into_iter().filter_map(variant).collect()),
        _ => return None,
    })
}
