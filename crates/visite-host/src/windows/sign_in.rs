//! Signing in: UAC, old proofs, what lies in memory, automatic login. The facts `host.windows_sign_in` and `host.autologins`.
//!
//! Defaults follow Microsoft Learn, "Security policy settings reference" and, for protected LSA, "Configure added LSA
//! protection": since Windows 11 22H2 new installations protect it without any setting, so that its absence says nothing there; a policy
//! (`Policies\Microsoft\Windows\System`) counts before the setting. Two of the answers of UAC bring the secure desktop along.

use super::Collector;
use super::os::version;
use super::recording::{Recording, or_default};
use super::wanted::Wanted;
use jiff::Timestamp;
use visite_facts::facts::{Autologin, ElevationPrompt, WindowsSignIn};
use visite_facts::{Collection, Completeness, Known, Observed, Snapshot, Unknown, UnknownReason};

const POLICIES: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System";
const LSA: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa";
const LSA_POLICY: &str = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\System";
const WDIGEST: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\WDigest";
const WINLOGON: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon";

/// Windows 8.1 and Server 2012 R2, which keep no password for WDigest unless told to.
const WINDOWS_8_1: i64 = 9_600;
/// Windows 11 22H2.
const WINDOWS_11_22H2: i64 = 22_621;

/// Collects `host.windows_sign_in` and `host.autologins`.
pub struct SignInCollector;

impl Collector for SignInCollector {
    fn name(&self) -> &'static str {
        "windows.sign_in"
    }

    fn wants(&self) -> &'static [Wanted] {
        &[
            Wanted::Values(
                POLICIES,
                &["EnableLUA", "ConsentPromptBehaviorAdmin", "PromptOnSecureDesktop", "DontDisplayLastUserName"],
            ),
            Wanted::Values(
                LSA,
                &["NoLMHash", "LmCompatibilityLevel", "RunAsPPL", "LimitBlankPasswordUse", "RestrictAnonymousSAM"],
            ),
            Wanted::Values(LSA_POLICY, &["RunAsPPL"]),
            Wanted::Values(WDIGEST, &["UseLogonCredential"]),
            // Never `DefaultPassword`.
            Wanted::Values(WINLOGON, &["AutoAdminLogon", "DefaultUserName", "CachedLogonsCount"]),
        ]
    }

    fn understand(&self, recording: &Recording, _now: Timestamp, snapshot: &mut Snapshot) {
        let build = version(recording).ok().flatten().map(|version| version.build);
        let on = |path, name, default: bool| -> Observed<bool> {
            or_default(recording.number(path, name), default.into()).map(|number| number != 0)
        };
        snapshot.put(&WindowsSignIn {
            uac_enabled: on(POLICIES, "EnableLUA", true),
            uac_asks_for: match or_default(recording.number(POLICIES, "ConsentPromptBehaviorAdmin"), 5) {
                Known(0) => Known(ElevationPrompt::Nothing),
                Known(1 | 3) => Known(ElevationPrompt::Password),
                Known(2 | 4 | 5) => Known(ElevationPrompt::Consent),
                Known(_) => Unknown(UnknownReason::Malformed),
                Unknown(reason) => Unknown(reason),
            },
            uac_secure_desktop: match recording.number(POLICIES, "ConsentPromptBehaviorAdmin") {
                Ok(Some(1 | 2)) => Known(true),
                _ => on(POLICIES, "PromptOnSecureDesktop", true),
            },
            lan_manager_hash_kept: on(LSA, "NoLMHash", true).map(|not_kept| !not_kept),
            lan_manager_level: match or_default(recording.number(LSA, "LmCompatibilityLevel"), 3) {
                Known(level) if !(0..=5).contains(&level) => Unknown(UnknownReason::Malformed),
                other => other,
            },
            wdigest_keeps_passwords: match recording.number(WDIGEST, "UseLogonCredential") {
                Ok(Some(number)) => Known(number != 0),
                Ok(None) if build.is_some_and(|build| build >= WINDOWS_8_1) => Known(false),
                Ok(None) => Unknown(UnknownReason::NotSupported),
                Err(reason) => Unknown(reason),
            },
            lsa_protected: match recording
                .number(LSA_POLICY, "RunAsPPL")
                .transpose()
                .or_else(|| recording.number(LSA, "RunAsPPL").transpose())
                .transpose()
            {
                Ok(Some(number)) => Known(number != 0),
                Ok(None) if build.is_some_and(|build| build < WINDOWS_11_22H2) => Known(false),
                Ok(None) => Unknown(UnknownReason::NotSupported),
                Err(reason) => Unknown(reason),
            },
            empty_password_over_network: on(LSA, "LimitBlankPasswordUse", true).map(|limited| !limited),
            accounts_listed_to_anybody: on(LSA, "RestrictAnonymousSAM", true).map(|restricted| !restricted),
            cached_logons: or_default(recording.number(WINLOGON, "CachedLogonsCount"), 10),
            last_user_hidden: on(POLICIES, "DontDisplayLastUserName", false),
        });
        snapshot.put_all(&autologins(recording));
    }
}

/// Windows logs one account in by itself: `AutoAdminLogon` is 1 and an account is named.
fn autologins(recording: &Recording) -> Collection<Autologin> {
    let (on, user) = (recording.number(WINLOGON, "AutoAdminLogon"), recording.text(WINLOGON, "DefaultUserName"));
    let of = |user: Observed<String>| Collection {
        records: vec![Autologin { source: Known("Winlogon".to_owned()), user }],
        completeness: Completeness::Complete,
    };
    match (on, user) {
        (Ok(None | Some(0)), _) => Collection { records: Vec::new(), completeness: Completeness::Complete },
        (Ok(Some(_)), Ok(Some(user))) if !user.is_empty() => of(Known(user.to_owned())),
        // Without a name nobody is logged in.
        (Ok(Some(_)), Ok(_)) => Collection { records: Vec::new(), completeness: Completeness::Complete },
        (Ok(Some(_)), Err(reason)) => of(Unknown(reason)),
        (Err(reason), _) => Collection { records: Vec::new(), completeness: Completeness::Incomplete(reason) },
    }
}
