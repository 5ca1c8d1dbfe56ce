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

fact-host-windows_sign_in = Anmeldung an Windows
field-host-windows_sign_in-uac_enabled = Nachfrage vor Änderungen (UAC)
field-host-windows_sign_in-uac_asks_for = fragt nach
field-host-windows_sign_in-uac_secure_desktop = Nachfrage vor Programmen geschützt
field-host-windows_sign_in-lan_manager_hash_kept = Passwörter auch in alter Form
field-host-windows_sign_in-lan_manager_level = Stufe der alten Nachweise (LAN Manager)
field-host-windows_sign_in-wdigest_keeps_passwords = Passwörter lesbar im Speicher
field-host-windows_sign_in-lsa_protected = Anmeldedienst geschützt
field-host-windows_sign_in-empty_password_over_network = leeres Passwort über das Netz
field-host-windows_sign_in-accounts_listed_to_anybody = Konten für jeden abfragbar
field-host-windows_sign_in-cached_logons = gemerkte Anmeldungen der Domäne
field-host-windows_sign_in-last_user_hidden = letzter Name verborgen

fact-host-file_sharing = Freigaben von Windows
field-host-file_sharing-smb1_server = gibt über SMB 1 frei
field-host-file_sharing-smb1_client = greift über SMB 1 zu
field-host-file_sharing-server_signing_required = Freigaben verlangen Signatur
field-host-file_sharing-client_signing_required = Zugriffe verlangen Signatur
field-host-file_sharing-client_guest_allowed = Zugriff als Gast möglich
field-host-file_sharing-anonymous_shares = Freigaben für jeden abfragbar

fact-host-remote_desktop = Fernzugriff von Windows
field-host-remote_desktop-enabled = Remotedesktop eingeschaltet
field-host-remote_desktop-login_first = Anmeldung vor dem Bildschirm (NLA)
field-host-remote_desktop-tls_required = Verschlüsselung mit TLS verlangt
field-host-remote_desktop-port = Anschluss
field-host-remote_desktop-assistance_enabled = Remoteunterstützung möglich
field-host-remote_desktop-winrm_enabled = nimmt Befehle an (WinRM)
field-host-remote_desktop-winrm_unencrypted = unverschlüsselte Passwörter (WinRM)

fact-host-name_resolution = Namenssuche bei den Nachbarn
field-host-name_resolution-llmnr = LLMNR
field-host-name_resolution-multicast_dns = Multicast-DNS
field-host-name_resolution-netbios_connections = Verbindungen mit NetBIOS

fact-host-windows_execution = Start von Programmen und Skripten
field-host-windows_execution-autorun = Programme auf Datenträgern starten von selbst
field-host-windows_execution-usb_storage_usable = USB-Speicher nutzbar
field-host-windows_execution-powershell_logged = PowerShell schreibt mit
field-host-windows_execution-powershell_2_installed = PowerShell 2 vorhanden
field-host-windows_execution-powershell_unrestricted = Skripte ohne Einschränkung
field-host-windows_execution-script_host_enabled = alte Skripte laufen (VBS, JS)

fact-host-firewall_profiles = Firewall von Windows
field-host-firewall_profiles-profile = Art des Netzes
field-host-firewall_profiles-enabled = eingeschaltet
field-host-firewall_profiles-incoming = ohne Regel
field-host-firewall_profiles-by_policy = fest vorgegeben

fact-host-programs = Installierte Programme
field-host-programs-program = Programm
field-host-programs-name = Name
field-host-programs-version = Version
field-host-programs-publisher = Hersteller
field-host-programs-scope = für wen

fact-host-malware_protection = Schutz vor Schadsoftware
field-host-malware_protection-programs = Programme
field-host-malware_protection-running = ein Programm läuft
field-host-malware_protection-real_time = prüft Dateien beim Öffnen
field-host-malware_protection-signatures_at = Stand der Erkennung
fact-host-backup = Datensicherung dieses Computers
field-host-backup-programs = Programme
field-host-backup-last_success_at = zuletzt gesichert

fact-host-security_center = Virenschutz im Sicherheitscenter
field-host-security_center-product = Produkt
field-host-security_center-enabled = eingeschaltet
field-host-security_center-current = Erkennung aktuell

fact-host-defender = Microsoft Defender
field-host-defender-active = schützt diesen Computer
field-host-defender-tamper_protected = vor Änderungen geschützt
field-host-defender-cloud_protection = fragt bei unbekannten Dateien nach
field-host-defender-unwanted_programs_blocked = hält unerwünschte Programme auf
field-host-defender-downloads_checked = prüft Downloads
field-host-defender-broad_exclusions = weit gefasste Ausnahmen
field-host-defender-attack_surface_rules = Regeln, die Angriffe sperren

fact-host-disk_encryption = Verschlüsselung der Laufwerke
field-host-disk_encryption-volume = Laufwerk
field-host-disk_encryption-system = trägt Windows
field-host-disk_encryption-encrypted = ganz verschlüsselt
field-host-disk_encryption-key_protected = Schlüssel geschützt

fact-host-platform_security = Schutz von Start und Speicher
field-host-platform_security-secure_boot = nur signierte Systeme starten (Secure Boot)
field-host-platform_security-tpm_ready = Sicherheitschip (TPM) bereit
field-host-platform_security-credential_guard = Anmeldedaten abgeschirmt (Credential Guard)
field-host-platform_security-memory_integrity = nur geprüfter Code im Kern (Speicher-Integrität)

fact-host-windows_update = Windows Update
field-host-windows_update-service_disabled = Dienst abgeschaltet
field-host-windows_update-automatic_forbidden = selbsttätiges Einspielen untersagt
field-host-windows_update-paused = angehalten
field-host-windows_update-deferred_days = Tage zurückgehalten
field-host-windows_update-server_unencrypted = eigener Server ohne Verschlüsselung
field-host-windows_update-other_products = auch für andere Produkte von Microsoft

fact-host-event_logs = Protokolle von Windows
field-host-event_logs-log = Protokoll
field-host-event_logs-max_kib = größter Umfang in KiB

fact-host-time_synchronisation = Stellen der Uhr
field-host-time_synchronisation-enabled = stellt sich von selbst
field-host-time_synchronisation-source = Quelle

fact-host-windows_installation = Installieren unter Windows
field-host-windows_installation-installer_elevated = Pakete bekommen alle Rechte
field-host-windows_installation-printer_drivers_by_anybody = alle dürfen Druckertreiber einrichten
field-host-windows_installation-smartscreen = warnt vor unbekannten Programmen (SmartScreen)

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

fact-device-network = Gerät im Netz
field-device-network-address = untersucht unter
field-device-network-addresses = Adressen
field-device-network-mac = Hardware-Adresse
field-device-network-vendor = Hersteller der Netzkarte
field-device-network-names = Namen
field-device-network-class = Art des Geräts
field-device-network-system = System
field-device-network-seen_from = untersucht aus dem Netz
field-device-network-asked = gefragt wurde
field-device-network-asked_ports = gefragte Ports
field-device-network-unanswered_ports = Ports ohne Antwort

fact-device-services = Dienst
field-device-services-endpoint = Anschluss
field-device-services-transport = Protokoll
field-device-services-port = Port
field-device-services-service = Art des Dienstes
field-device-services-encrypted = verschlüsselt
field-device-services-product = Produkt
field-device-services-version = Version
field-device-services-vendor = Hersteller

fact-device-udp_services = Dienst über UDP
field-device-udp_services-endpoint = Anschluss
field-device-udp_services-port = Port
field-device-udp_services-service = Art des Dienstes
field-device-udp_services-product = Produkt
field-device-udp_services-version = Version
field-device-udp_services-vendor = Hersteller

fact-device-ways = Offener Weg
field-device-ways-way = Weg
field-device-ways-from_network = aus dem Netz
field-device-ways-endpoint = Anschluss
field-device-ways-address = Adresse
field-device-ways-transport = Protokoll
field-device-ways-port = Port
field-device-ways-service = Art des Dienstes
field-device-ways-management = dient der Verwaltung

fact-device-tls = Verschlüsselter Dienst
field-device-tls-endpoint = Anschluss
field-device-tls-service = Dienst darin
field-device-tls-starttls = beginnt unverschlüsselt
field-device-tls-versions = Versionen von TLS
field-device-tls-cipher_kinds = Arten der Verschlüsselung
field-device-tls-client_certificate_requested = fragt nach einem Zertifikat
field-device-tls-certificate_subject = Zertifikat für
field-device-tls-certificate_issuer = ausgestellt von
field-device-tls-certificate_self_signed = selbst ausgestellt
field-device-tls-certificate_not_before = gültig ab
field-device-tls-certificate_not_after = gültig bis
field-device-tls-certificate_key = Art des Schlüssels
field-device-tls-certificate_key_bits = Schlüssellänge in Bit
field-device-tls-certificate_hash = Hash der Signatur
field-device-tls-certificate_version = Version von X.509

fact-device-ssh = Fernzugang SSH
field-device-ssh-endpoint = Anschluss
field-device-ssh-protocol = Version des Protokolls
field-device-ssh-key_exchanges = Schlüsselaustausch
field-device-ssh-host_keys = Schlüssel des Servers
field-device-ssh-ciphers = Verschlüsselung
field-device-ssh-macs = Prüfsummen

fact-device-smb = Dateifreigabe
field-device-smb-endpoint = Anschluss
field-device-smb-dialects = Versionen von SMB
field-device-smb-smb1 = nimmt SMB 1 an
field-device-smb-signing = Signatur
field-device-smb-guest_session = Zutritt als Gast
field-device-smb-null_session = Zutritt ohne Namen
field-device-smb-open_shares = offene Freigaben

fact-device-rdp = Entfernter Bildschirm (RDP)
field-device-rdp-endpoint = Anschluss
field-device-rdp-nla_required = verlangt zuerst die Anmeldung
field-device-rdp-rdp_security = nimmt die alte Verschlüsselung an

fact-device-vnc = Entfernter Bildschirm (VNC)
field-device-vnc-endpoint = Anschluss
field-device-vnc-protocol = Version des Protokolls
field-device-vnc-without_password = offen ohne Passwort
field-device-vnc-encrypted = bietet Verschlüsselung an

fact-device-ftp = Dateiübertragung (FTP)
field-device-ftp-endpoint = Anschluss
field-device-ftp-anonymous = Zutritt ohne Konto
field-device-ftp-tls_offered = bietet Verschlüsselung an

fact-device-ldap = Verzeichnisdienst
field-device-ldap-endpoint = Anschluss
field-device-ldap-domain_controller = Domänencontroller
field-device-ldap-anonymous_read = für alle lesbar

fact-device-snmp = Netzverwaltung (SNMP)
field-device-snmp-endpoint = Anschluss
field-device-snmp-versions = Versionen
field-device-snmp-default_community = antwortet auf „public“
field-device-snmp-product = Produkt

fact-device-databases = Datenbank
field-device-databases-endpoint = Anschluss
field-device-databases-service = Produkt
field-device-databases-without_password = offen ohne Passwort
field-device-databases-tls_offered = bietet Verschlüsselung an

fact-device-dns = Namensdienst
field-device-dns-endpoint = Anschluss
field-device-dns-recursive = fragt für andere im Internet nach
field-device-dns-zone_transfer = gibt alle Namen heraus

fact-device-mqtt = Meldungen von Geräten (MQTT)
field-device-mqtt-endpoint = Anschluss
field-device-mqtt-encrypted = verschlüsselt
field-device-mqtt-without_password = lässt jeden ohne Passwort ein

fact-device-x11 = Bildschirm über das Netz (X11)
field-device-x11-endpoint = Anschluss
field-device-x11-open_to_anybody = für jeden offen

fact-device-ipmi = Fernsteuerung der Hardware (IPMI)
field-device-ipmi-endpoint = Anschluss
field-device-ipmi-without_proof = lässt Zugriffe ohne jeden Nachweis zu
field-device-ipmi-anonymous = hat ein Konto ohne Name und Passwort
field-device-ipmi-without_name = hat Konten ohne Namen
field-device-ipmi-version_2 = bietet Version 2.0 an

fact-device-web = Webseite
field-device-web-endpoint = Anschluss
field-device-web-management = dient der Verwaltung
field-device-web-password_asked = fragt nach einem Passwort
field-device-web-login_unencrypted = Passwort unverschlüsselt
field-device-web-redirects_to_tls = leitet zur verschlüsselten Seite

fact-device-dicom = Bilddienst (DICOM)
field-device-dicom-endpoint = Anschluss
field-device-dicom-encrypted = verschlüsselt
field-device-dicom-accepts_any_title = nimmt jeden Namen an
field-device-dicom-implementation = Programm

fact-device-mllp = Nachrichtendienst (HL7)
field-device-mllp-endpoint = Anschluss
field-device-mllp-encrypted = verschlüsselt

fact-device-konnektor = Konnektor
field-device-konnektor-endpoint = Anschluss
field-device-konnektor-encrypted = verschlüsselt
field-device-konnektor-client_authentication = verlangt einen Ausweis
field-device-konnektor-vendor = Hersteller
field-device-konnektor-product = Produkt
field-device-konnektor-firmware = Firmware

fact-device-place = Platz im Netz
field-device-place-zone = Netzbereich
field-device-place-zone_kind = Zweck des Netzbereichs
field-device-place-class = Art des Geräts
field-device-place-listed = in der Praxisdatei genannt

fact-device-support = Unterstützung des Herstellers
field-device-support-product = Produkt
field-device-support-ends_at = Sicherheitsupdates bis
field-device-support-days_left = verbleibende Tage
field-device-support-ended = abgelaufen

fact-device-crossings = Offener Weg zwischen Netzbereichen
field-device-crossings-way = Weg
field-device-crossings-endpoint = Anschluss
field-device-crossings-port = Port
field-device-crossings-service = Art des Dienstes
field-device-crossings-management = dient der Verwaltung
field-device-crossings-class = Art des Geräts
field-device-crossings-from_zone = aus dem Bereich
field-device-crossings-from_kind = dessen Zweck
field-device-crossings-to_zone = in den Bereich
field-device-crossings-same_zone = im selben Bereich
field-device-crossings-allowed = laut Praxisdatei erlaubt

fact-zone-survey = Netzabschnitt
field-zone-survey-network = Netz
field-zone-survey-devices = Geräte, die geantwortet haben
field-zone-survey-workplaces = Arbeitsplätze
field-zone-survey-servers = Server und Netzspeicher
field-zone-survey-medical_devices = Medizingeräte
field-zone-survey-telematics = Konnektoren und Kartenterminals
field-zone-survey-peripherals = Telefone, Drucker, Kameras, Steuerungen
field-zone-survey-mobiles = Smartphones und Tablets
field-zone-survey-unidentified = Geräte unbekannter Art
field-zone-survey-ipv6_routers = Router für IPv6

fact-zone-place = Netzbereich
field-zone-place-zone = Name
field-zone-place-kind = Zweck
field-zone-place-mixed_kinds = Arten von Geräten, die sich nicht treffen sollten

value-windows-update = Windows Update
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
value-server = Server
value-host-place-room-server = Serverraum
value-mobile = Mobilgerät
value-host-place-room-mobile = unterwegs
value-workplace = Arbeitsplatz
value-pvs_server = Server der Praxissoftware
value-medical_device = Medizingerät
value-device_console = Computer eines Medizingeräts
value-printer = Drucker oder Scanner
value-telephone = Telefon oder Telefonanlage
value-network_device = Netzgerät
value-connector = Konnektor
value-card_terminal = Kartenterminal
value-nas = Netzspeicher (NAS)
value-controller = Steuerung
value-camera = Kamera
value-other = Sonstiges
value-medical = Medizingeräte
value-telematics = Telematikinfrastruktur
value-telephony = Telefonie
value-guest = Gäste und Patienten
value-management = Verwaltung der Netzgeräte
value-peripherals = Drucker, Kameras, Haustechnik
value-optional = freiwillig
value-required = Pflicht
value-http = Webdienst (HTTP)
value-tls = verschlüsselter Dienst (TLS)
value-ssh = Fernzugang (SSH)
value-smb = Dateifreigabe (SMB)
value-rdp = Remotedesktop (RDP)
value-vnc = Bildschirmfreigabe (VNC)
value-telnet = Fernzugang (Telnet)
value-ftp = Dateiübertragung (FTP)
value-tftp = Dateiübertragung (TFTP)
value-snmp = Netzverwaltung (SNMP)
value-ldap = Verzeichnisdienst (LDAP)
value-kerberos = Anmeldedienst (Kerberos)
value-ntp = Uhrzeit (NTP)
value-dns = Namensdienst (DNS)
value-mdns = Namen im eigenen Netz (mDNS)
value-llmnr = Namen im eigenen Netz (LLMNR)
value-ssdp = Gerätesuche (SSDP)
value-sip = Telefonie (SIP)
value-ipp = Drucken (IPP)
value-mqtt = Gerätemeldungen (MQTT)
value-rtsp = Video (RTSP)
value-modbus = Steuerung (Modbus)
value-netbios = Windows-Namen (NetBIOS)
value-msrpc = Windows-Fernaufrufe (RPC)
value-rpcbind = Fernaufrufe (rpcbind)
value-ipmi = Fernsteuerung der Hardware (IPMI)
value-rsync = Dateiabgleich (rsync)
value-mssql = Microsoft SQL Server
value-postgresql = PostgreSQL
value-mysql = MySQL oder MariaDB
value-mongodb = MongoDB
value-redis = Redis
value-elasticsearch = Elasticsearch
value-firebird = Firebird
value-oracle = Oracle-Datenbank
value-dicom = Bilder (DICOM)
value-mllp = Nachrichten (HL7)
value-konnektor = Konnektor
value-sicct = Kartenterminal (SICCT)
value-fhir = medizinische Daten (FHIR)
value-smtp = E-Mail-Versand (SMTP)
value-imap = Postfach (IMAP)
value-pop3 = Postfach (POP3)
value-consent = eine Bestätigung
value-machine = alle an diesem Computer
value-nothing = nichts
value-password = das Passwort
