# Namen der Beobachtungen und ihrer Werte, wie sie in Belegen stehen.
# Eigennamen wie „Debian“, „nftables“ oder „gnome“ stehen, wie sie sind, und haben hier keinen Eintrag.

fact-host-os = Betriebssystem
field-host-os-family = Art
field-host-os-id = Produkt
field-host-os-name = Name
field-host-os-version = Version
field-host-os-edition = Ausgabe
field-host-os-kernel = Systemkern
field-host-os-architecture = Prozessorart
field-host-os-boot_time = zuletzt gestartet
field-host-os-host_name = Name des Computers
field-host-os-machine_kind = Bauart
field-host-os-systemd = Systemdienst systemd
field-host-os-desktop_installed = grafische Oberfläche

fact-host-support = Unterstützung des Herstellers
field-host-support-product = Produkt
field-host-support-ends_at = Sicherheitsupdates bis
field-host-support-days_left = verbleibende Tage
field-host-support-ended = abgelaufen

fact-host-updates = Updates
field-host-updates-package_manager = Paketverwaltung
field-host-updates-pending = wartende Updates
field-host-updates-security_pending = wartende Sicherheitsupdates
field-host-updates-index_refreshed_at = zuletzt nach Updates gesucht
field-host-updates-last_success_at = zuletzt eingespielt
field-host-updates-automatic_enabled = automatische Sicherheitsupdates
field-host-updates-automatic_running = Zeitplan dafür aktiv
field-host-updates-automatic_last_run_at = automatisch zuletzt gelaufen
field-host-updates-automatic_mechanism = Verfahren
field-host-updates-reboot_needed = Neustart nötig

fact-host-packages = Programmpaket
field-host-packages-name = Name
field-host-packages-version = Version
field-host-packages-architecture = Prozessorart
field-host-packages-source = Quellpaket
field-host-packages-source_version = Version des Quellpakets
field-host-packages-state = Zustand
field-host-packages-held = von Updates ausgenommen

fact-host-accounts = Konto
field-host-accounts-name = Anmeldename
field-host-accounts-uid = Nummer
field-host-accounts-kind = für wen
field-host-accounts-shell = Anmeldeprogramm
field-host-accounts-login_allowed = Anmeldung erlaubt
field-host-accounts-password = Passwort
field-host-accounts-password_changed_at = Passwort geändert
field-host-accounts-password_never_expires = Passwort läuft nie ab
field-host-accounts-password_max_age_days = Passwort gilt
field-host-accounts-account_expires = Konto läuft ab
field-host-accounts-groups = Gruppen
field-host-accounts-administrator = Administratorrechte

fact-host-groups = Gruppe
field-host-groups-name = Name
field-host-groups-gid = Nummer
field-host-groups-members = Mitglieder

fact-host-sudo_rules = Sonderrecht
field-host-sudo_rules-rule = Regel
field-host-sudo_rules-subject_kind = für wen
field-host-sudo_rules-subject = Konto oder Gruppe
field-host-sudo_rules-all_commands = alle Befehle erlaubt
field-host-sudo_rules-as_root = mit allen Rechten
field-host-sudo_rules-password_required = fragt nach dem Passwort
field-host-sudo_rules-target_password = fragt nach dem Passwort des Zielkontos

fact-host-password_policy = Passwortregeln
field-host-password_policy-quality_checked = Güte wird geprüft
field-host-password_policy-min_length = Mindestlänge in Zeichen
field-host-password_policy-remembered = gemerkte alte Passwörter
field-host-password_policy-hash_method = Speicherverfahren
field-host-password_policy-lockout_enabled = Sperre nach Fehlversuchen
field-host-password_policy-lockout_attempts = Fehlversuche bis zur Sperre
field-host-password_policy-lockout_seconds = Dauer der Sperre

fact-host-autologins = Anmeldung ohne Nachfrage
field-host-autologins-source = Fundort
field-host-autologins-user = Konto

fact-host-screen_locks = Bildschirmsperre
field-host-screen_locks-session = Sitzung
field-host-screen_locks-user = Konto
field-host-screen_locks-desktop = Oberfläche
field-host-screen_locks-mechanism = Sperrprogramm
field-host-screen_locks-lock_enabled = sperrt von selbst
field-host-screen_locks-locks_after_seconds = sperrt nach
field-host-screen_locks-enforced = fest vorgegeben
field-host-screen_locks-source = Herkunft der Einstellung

fact-host-console = Textkonsole
field-host-console-shell_timeout_seconds = schließt nach
field-host-console-shell_timeout_enforced = fest vorgegeben
field-host-console-idle_action = bei Nichtbenutzung
field-host-console-idle_action_seconds = nach

fact-host-firewall = Firewall
field-host-firewall-backend = Paketfilter
field-host-firewall-manager = verwaltet von
field-host-firewall-filters_input = begrenzt Zugriffe von außen
field-host-firewall-ipv4_default = ohne Regel (IPv4)
field-host-firewall-ipv6_default = ohne Regel (IPv6)
field-host-firewall-ipv6_active = IPv6 in Gebrauch
field-host-firewall-rules = Regeln für Eingehendes

fact-host-firewall_openings = Öffnung der Firewall
field-host-firewall_openings-rule = Regel
field-host-firewall_openings-family = IP-Version
field-host-firewall_openings-transport = Protokoll
field-host-firewall_openings-first_port = erster Port
field-host-firewall_openings-last_port = letzter Port
field-host-firewall_openings-source_restricted = nur für bestimmte Adressen
field-host-firewall_openings-interface = Netzanschluss

fact-host-listening_sockets = Dienst
field-host-listening_sockets-socket = Anschluss
field-host-listening_sockets-transport = Protokoll
field-host-listening_sockets-family = IP-Version
field-host-listening_sockets-address = Adresse
field-host-listening_sockets-port = Port
field-host-listening_sockets-reach = Reichweite
field-host-listening_sockets-process = Programm
field-host-listening_sockets-user = läuft als

fact-host-reachable_services = Erreichbarer Dienst
field-host-reachable_services-socket = Anschluss
field-host-reachable_services-transport = Protokoll
field-host-reachable_services-family = IP-Version
field-host-reachable_services-port = Port
field-host-reachable_services-reach = Reichweite
field-host-reachable_services-process = Programm
field-host-reachable_services-open = Firewall lässt durch
field-host-reachable_services-source_restricted = nur für bestimmte Adressen

fact-host-workplace = Arbeitsplatz
field-host-workplace-desktop_installed = grafische Oberfläche
field-host-workplace-people = Konten von Personen
field-host-workplace-administrators = davon mit Administratorrechten

fact-host-clock = Uhr des Computers
field-host-clock-behind_seconds = geht nach (Sekunden)

fact-host-place = Standort
field-host-place-room = Raum
field-host-place-lock_within_seconds = Sperre hier nach höchstens

value-physical = eigenes Gerät
value-virtual = virtuell
value-container = Container
value-installed = eingespielt
value-broken = nur halb eingespielt
value-root = alle Rechte
value-system = System oder Programm
value-person = Person
value-none = keines
value-host-firewall-backend-none = keiner geladen
value-set = gesetzt
value-locked = gesperrt
value-user = ein Konto
value-group = eine Gruppe
value-everyone = alle
value-unresolved = nicht aufzulösen
value-ignore = nichts
value-lock = sperren
value-sleep = in den Ruhezustand gehen
value-poweroff = ausschalten
value-accept = durchlassen
value-block = abweisen
value-both = IPv4 und IPv6
value-any = jedes
value-loopback = nur dieser Computer
value-lan = eigenes Netz
value-world = Internet
value-treatment = Behandlung
value-reception = Empfang
value-office = Büro
value-server = Serverraum
value-mobile = unterwegs
