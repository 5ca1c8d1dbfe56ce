# Names of facts and of their values as they stand in evidence.
# Proper names such as “Debian”, “nftables” or “gnome” stand as they are and have no entry here.

fact-host-os = Operating system
field-host-os-family = family
field-host-os-id = product
field-host-os-name = name
field-host-os-version = version
field-host-os-edition = edition
field-host-os-kernel = kernel
field-host-os-architecture = architecture
field-host-os-boot_time = started last
field-host-os-host_name = computer name
field-host-os-machine_kind = kind of machine
field-host-os-systemd = systemd runs
field-host-os-desktop_installed = graphical desktop

fact-host-support = Vendor support
field-host-support-product = product
field-host-support-ends_at = security updates until
field-host-support-days_left = days left
field-host-support-ended = ended

fact-host-updates = Updates
field-host-updates-package_manager = package manager
field-host-updates-pending = updates waiting
field-host-updates-security_pending = security updates waiting
field-host-updates-index_refreshed_at = looked for updates last
field-host-updates-last_success_at = installed last
field-host-updates-automatic_enabled = automatic security updates
field-host-updates-automatic_running = schedule for them active
field-host-updates-automatic_last_run_at = automatic run last
field-host-updates-automatic_mechanism = mechanism
field-host-updates-reboot_needed = restart needed

fact-host-packages = Package
field-host-packages-name = name
field-host-packages-version = version
field-host-packages-architecture = architecture
field-host-packages-source = source package
field-host-packages-source_version = source version
field-host-packages-state = state
field-host-packages-held = excluded from updates

fact-host-accounts = Account
field-host-accounts-name = login name
field-host-accounts-uid = number
field-host-accounts-kind = for whom
field-host-accounts-shell = login program
field-host-accounts-login_allowed = login allowed
field-host-accounts-password = password
field-host-accounts-password_changed_at = password changed
field-host-accounts-password_never_expires = password never expires
field-host-accounts-password_max_age_days = password valid for
field-host-accounts-account_expires = account expires
field-host-accounts-groups = groups
field-host-accounts-administrator = administrator rights

fact-host-groups = Group
field-host-groups-name = name
field-host-groups-gid = number
field-host-groups-members = members

fact-host-sudo_rules = Sudo rule
field-host-sudo_rules-rule = rule
field-host-sudo_rules-subject_kind = for whom
field-host-sudo_rules-subject = account or group
field-host-sudo_rules-all_commands = all commands allowed
field-host-sudo_rules-as_root = with full rights
field-host-sudo_rules-password_required = asks for the password
field-host-sudo_rules-target_password = asks for the target's password

fact-host-password_policy = Password rules
field-host-password_policy-quality_checked = quality checked
field-host-password_policy-min_length = shortest length in characters
field-host-password_policy-remembered = earlier passwords remembered
field-host-password_policy-hash_method = storage method
field-host-password_policy-lockout_enabled = block after failures
field-host-password_policy-lockout_attempts = failures until block
field-host-password_policy-lockout_seconds = length of block

fact-host-autologins = Automatic login
field-host-autologins-source = set in
field-host-autologins-user = account

fact-host-screen_locks = Screen lock
field-host-screen_locks-session = session
field-host-screen_locks-user = account
field-host-screen_locks-desktop = desktop
field-host-screen_locks-mechanism = lock program
field-host-screen_locks-lock_enabled = locks by itself
field-host-screen_locks-locks_after_seconds = locks after
field-host-screen_locks-enforced = enforced
field-host-screen_locks-source = setting comes from

fact-host-console = Text console
field-host-console-shell_timeout_seconds = closes after
field-host-console-shell_timeout_enforced = enforced
field-host-console-idle_action = when unused
field-host-console-idle_action_seconds = after

fact-host-windows_sign_in = Signing in to Windows
field-host-windows_sign_in-uac_enabled = question before changes (UAC)
field-host-windows_sign_in-uac_asks_for = asks for
field-host-windows_sign_in-uac_secure_desktop = question protected from programs
field-host-windows_sign_in-lan_manager_hash_kept = passwords in the old form, too
field-host-windows_sign_in-lan_manager_level = level of old proofs (LAN Manager)
field-host-windows_sign_in-wdigest_keeps_passwords = passwords readable in memory
field-host-windows_sign_in-lsa_protected = sign-in process protected
field-host-windows_sign_in-empty_password_over_network = empty password over the network
field-host-windows_sign_in-accounts_listed_to_anybody = accounts listed to anybody
field-host-windows_sign_in-cached_logons = remembered sign-ins of the domain
field-host-windows_sign_in-last_user_hidden = last name hidden

fact-host-file_sharing = File sharing of Windows
field-host-file_sharing-smb1_server = shares over SMB 1
field-host-file_sharing-smb1_client = uses SMB 1
field-host-file_sharing-server_signing_required = shares demand signing
field-host-file_sharing-client_signing_required = access demands signing
field-host-file_sharing-client_guest_allowed = access as a guest possible
field-host-file_sharing-anonymous_shares = shares listed to anybody

fact-host-remote_desktop = Remote access of Windows
field-host-remote_desktop-enabled = Remote Desktop on
field-host-remote_desktop-login_first = login before the screen (NLA)
field-host-remote_desktop-tls_required = encryption with TLS demanded
field-host-remote_desktop-port = port
field-host-remote_desktop-assistance_enabled = Remote Assistance possible
field-host-remote_desktop-winrm_enabled = takes commands (WinRM)
field-host-remote_desktop-winrm_unencrypted = unencrypted passwords (WinRM)

fact-host-name_resolution = Name search among neighbours
field-host-name_resolution-llmnr = LLMNR
field-host-name_resolution-multicast_dns = multicast DNS
field-host-name_resolution-netbios_connections = connections with NetBIOS

fact-host-windows_execution = Start of programs and scripts
field-host-windows_execution-autorun = programs on media start by themselves
field-host-windows_execution-usb_storage_usable = USB storage usable
field-host-windows_execution-powershell_logged = PowerShell keeps a log
field-host-windows_execution-powershell_2_installed = PowerShell 2 installed
field-host-windows_execution-powershell_unrestricted = scripts without restriction
field-host-windows_execution-script_host_enabled = old scripts run (VBS, JS)

fact-host-firewall_profiles = Firewall of Windows
field-host-firewall_profiles-profile = kind of network
field-host-firewall_profiles-enabled = on
field-host-firewall_profiles-incoming = without a rule
field-host-firewall_profiles-by_policy = fixed by a policy

fact-host-programs = Installed programs
field-host-programs-program = program
field-host-programs-name = name
field-host-programs-version = version
field-host-programs-publisher = maker
field-host-programs-scope = for whom

fact-host-malware_protection = Protection against malware
field-host-malware_protection-programs = programs
field-host-malware_protection-running = a program runs
field-host-malware_protection-real_time = checks files when they are opened
field-host-malware_protection-signatures_at = signatures as of
fact-host-backup = Backup of this computer
field-host-backup-programs = programs
field-host-backup-last_success_at = last backup

fact-host-security_center = Virus protection in the security centre
field-host-security_center-product = product
field-host-security_center-enabled = switched on
field-host-security_center-current = signatures current

fact-host-defender = Microsoft Defender
field-host-defender-active = protects this computer
field-host-defender-tamper_protected = protected from changes
field-host-defender-cloud_protection = asks about unknown files
field-host-defender-unwanted_programs_blocked = stops unwanted programs
field-host-defender-downloads_checked = checks downloads
field-host-defender-broad_exclusions = broad exclusions
field-host-defender-attack_surface_rules = rules that block attacks

fact-host-disk_encryption = Encryption of drives
field-host-disk_encryption-volume = drive
field-host-disk_encryption-system = holds Windows
field-host-disk_encryption-encrypted = fully encrypted
field-host-disk_encryption-key_protected = key protected

fact-host-platform_security = Protection of start and memory
field-host-platform_security-secure_boot = only signed systems start (Secure Boot)
field-host-platform_security-tpm_ready = security chip (TPM) ready
field-host-platform_security-credential_guard = sign-ins shielded (Credential Guard)
field-host-platform_security-memory_integrity = only verified code in the kernel (memory integrity)

fact-host-windows_update = Windows Update
field-host-windows_update-service_disabled = service switched off
field-host-windows_update-automatic_forbidden = automatic installation forbidden
field-host-windows_update-paused = paused
field-host-windows_update-deferred_days = days held back
field-host-windows_update-server_unencrypted = own server without encryption
field-host-windows_update-other_products = also for other products of Microsoft

fact-host-event_logs = Logs of Windows
field-host-event_logs-log = log
field-host-event_logs-max_kib = largest size in KiB

fact-host-time_synchronisation = Setting of the clock
field-host-time_synchronisation-enabled = sets itself
field-host-time_synchronisation-source = source

fact-host-windows_installation = Installing on Windows
field-host-windows_installation-installer_elevated = packages get all rights
field-host-windows_installation-printer_drivers_by_anybody = anybody may install printer drivers
field-host-windows_installation-smartscreen = warns of unknown programs (SmartScreen)

fact-host-firewall = Firewall
field-host-firewall-backend = packet filter
field-host-firewall-manager = managed by
field-host-firewall-filters_input = limits access from outside
field-host-firewall-ipv4_default = without a rule (IPv4)
field-host-firewall-ipv6_default = without a rule (IPv6)
field-host-firewall-ipv6_active = IPv6 in use
field-host-firewall-rules = rules for incoming

fact-host-firewall_openings = Firewall opening
field-host-firewall_openings-rule = rule
field-host-firewall_openings-family = IP version
field-host-firewall_openings-transport = protocol
field-host-firewall_openings-first_port = first port
field-host-firewall_openings-last_port = last port
field-host-firewall_openings-source_restricted = certain addresses only
field-host-firewall_openings-interface = network interface

fact-host-listening_sockets = Service
field-host-listening_sockets-socket = socket
field-host-listening_sockets-transport = protocol
field-host-listening_sockets-family = IP version
field-host-listening_sockets-address = address
field-host-listening_sockets-port = port
field-host-listening_sockets-reach = addressable from
field-host-listening_sockets-process = program
field-host-listening_sockets-user = runs as

fact-host-reachable_services = Reachable service
field-host-reachable_services-socket = socket
field-host-reachable_services-transport = protocol
field-host-reachable_services-family = IP version
field-host-reachable_services-port = port
field-host-reachable_services-reach = reachable from
field-host-reachable_services-process = program
field-host-reachable_services-open = firewall lets through
field-host-reachable_services-source_restricted = certain addresses only

fact-host-workplace = Workplace
field-host-workplace-desktop_installed = graphical desktop
field-host-workplace-people = accounts of people
field-host-workplace-administrators = of these administrators

fact-host-clock = Computer's clock
field-host-clock-behind_seconds = seconds behind

fact-host-place = Place
field-host-place-room = room
field-host-place-lock_within_seconds = lock here after at most

fact-device-network = Device in the network
field-device-network-address = examined at
field-device-network-addresses = addresses
field-device-network-mac = hardware address
field-device-network-vendor = maker of the network card
field-device-network-names = names
field-device-network-class = kind of device
field-device-network-system = system
field-device-network-seen_from = examined from the network
field-device-network-asked = asked
field-device-network-asked_ports = ports asked
field-device-network-unanswered_ports = ports without an answer

fact-device-services = Service
field-device-services-endpoint = endpoint
field-device-services-transport = protocol
field-device-services-port = port
field-device-services-service = kind of service
field-device-services-encrypted = encrypted
field-device-services-product = product
field-device-services-version = version
field-device-services-vendor = vendor

fact-device-udp_services = Service over UDP
field-device-udp_services-endpoint = endpoint
field-device-udp_services-port = port
field-device-udp_services-service = kind of service
field-device-udp_services-product = product
field-device-udp_services-version = version
field-device-udp_services-vendor = vendor

fact-device-ways = Open way
field-device-ways-way = way
field-device-ways-from_network = from the network
field-device-ways-endpoint = endpoint
field-device-ways-address = address
field-device-ways-transport = protocol
field-device-ways-port = port
field-device-ways-service = kind of service
field-device-ways-management = for management

fact-device-tls = Encrypted service
field-device-tls-endpoint = endpoint
field-device-tls-service = service inside
field-device-tls-starttls = begins unencrypted
field-device-tls-versions = versions of TLS
field-device-tls-cipher_kinds = kinds of encryption
field-device-tls-client_certificate_requested = asks for a certificate
field-device-tls-certificate_subject = certificate for
field-device-tls-certificate_issuer = issued by
field-device-tls-certificate_self_signed = self-signed
field-device-tls-certificate_not_before = valid from
field-device-tls-certificate_not_after = valid until
field-device-tls-certificate_key = kind of key
field-device-tls-certificate_key_bits = key length in bits
field-device-tls-certificate_hash = hash of the signature
field-device-tls-certificate_version = version of X.509

fact-device-ssh = Remote access by SSH
field-device-ssh-endpoint = endpoint
field-device-ssh-protocol = protocol version
field-device-ssh-key_exchanges = key exchange
field-device-ssh-host_keys = host keys
field-device-ssh-ciphers = ciphers
field-device-ssh-macs = message authentication

fact-device-smb = File sharing
field-device-smb-endpoint = endpoint
field-device-smb-dialects = versions of SMB
field-device-smb-smb1 = accepts SMB 1
field-device-smb-signing = signing
field-device-smb-guest_session = guests let in
field-device-smb-null_session = nameless sessions let in
field-device-smb-open_shares = open shares

fact-device-rdp = Remote desktop (RDP)
field-device-rdp-endpoint = endpoint
field-device-rdp-nla_required = login demanded first
field-device-rdp-rdp_security = accepts the old encryption

fact-device-vnc = Screen sharing (VNC)
field-device-vnc-endpoint = endpoint
field-device-vnc-protocol = protocol version
field-device-vnc-without_password = open without a password
field-device-vnc-encrypted = offers encryption

fact-device-ftp = File transfer (FTP)
field-device-ftp-endpoint = endpoint
field-device-ftp-anonymous = let in without an account
field-device-ftp-tls_offered = offers encryption

fact-device-ldap = Directory
field-device-ldap-endpoint = endpoint
field-device-ldap-domain_controller = domain controller
field-device-ldap-anonymous_read = readable by anybody

fact-device-snmp = Network management (SNMP)
field-device-snmp-endpoint = endpoint
field-device-snmp-versions = versions
field-device-snmp-default_community = answers to “public”
field-device-snmp-product = product

fact-device-databases = Database
field-device-databases-endpoint = endpoint
field-device-databases-service = product
field-device-databases-without_password = open without a password
field-device-databases-tls_offered = offers encryption

fact-device-dns = Name server
field-device-dns-endpoint = endpoint
field-device-dns-recursive = looks up internet names for others
field-device-dns-zone_transfer = hands out all names

fact-device-mqtt = Messages of devices (MQTT)
field-device-mqtt-endpoint = endpoint
field-device-mqtt-encrypted = encrypted
field-device-mqtt-without_password = lets anyone in without a password

fact-device-x11 = Screen over the network (X11)
field-device-x11-endpoint = endpoint
field-device-x11-open_to_anybody = open to anybody

fact-device-ipmi = Hardware management (IPMI)
field-device-ipmi-endpoint = endpoint
field-device-ipmi-without_proof = allows access without any proof
field-device-ipmi-anonymous = has an account without name and password
field-device-ipmi-without_name = has accounts without a name
field-device-ipmi-version_2 = offers version 2.0

fact-device-web = Web page
field-device-web-endpoint = endpoint
field-device-web-management = for management
field-device-web-password_asked = asks for a password
field-device-web-login_unencrypted = password unencrypted
field-device-web-redirects_to_tls = sends on to the encrypted page

fact-device-dicom = Image service (DICOM)
field-device-dicom-endpoint = endpoint
field-device-dicom-encrypted = encrypted
field-device-dicom-accepts_any_title = accepts any title
field-device-dicom-implementation = implementation

fact-device-mllp = Message listener (HL7)
field-device-mllp-endpoint = endpoint
field-device-mllp-encrypted = encrypted

fact-device-konnektor = Connector
field-device-konnektor-endpoint = endpoint
field-device-konnektor-encrypted = encrypted
field-device-konnektor-client_authentication = asks clients to identify themselves
field-device-konnektor-vendor = vendor
field-device-konnektor-product = product
field-device-konnektor-firmware = firmware

fact-device-place = Place in the network
field-device-place-zone = zone
field-device-place-zone_kind = purpose of the zone
field-device-place-class = kind of device
field-device-place-listed = named in the practice file

fact-device-support = Vendor support
field-device-support-product = product
field-device-support-ends_at = security updates until
field-device-support-days_left = days left
field-device-support-ended = ended

fact-device-crossings = Open way between zones
field-device-crossings-way = way
field-device-crossings-endpoint = endpoint
field-device-crossings-port = port
field-device-crossings-service = kind of service
field-device-crossings-management = for management
field-device-crossings-class = kind of device
field-device-crossings-from_zone = from the zone
field-device-crossings-from_kind = purpose of that zone
field-device-crossings-to_zone = into the zone
field-device-crossings-same_zone = within the same zone
field-device-crossings-allowed = allowed by the practice file

fact-zone-survey = Network segment
field-zone-survey-network = network
field-zone-survey-devices = devices that answered
field-zone-survey-workplaces = workplaces
field-zone-survey-servers = servers and network storage
field-zone-survey-medical_devices = medical devices
field-zone-survey-telematics = connectors and card terminals
field-zone-survey-peripherals = telephones, printers, cameras, controls
field-zone-survey-mobiles = phones and tablets
field-zone-survey-unidentified = devices of unknown kind
field-zone-survey-ipv6_routers = routers for IPv6

fact-zone-place = Network zone
field-zone-place-zone = name
field-zone-place-kind = purpose
field-zone-place-mixed_kinds = kinds of devices that should not meet

value-windows-update = Windows Update
value-physical = machine of its own
value-virtual = virtual
value-container = container
value-installed = installed
value-broken = half installed
value-root = full rights
value-system = system or program
value-person = person
value-none = none
value-host-firewall-backend-none = none loaded
value-set = set
value-locked = locked
value-user = one account
value-group = a group
value-everyone = everyone
value-unresolved = cannot be resolved
value-ignore = nothing
value-lock = lock
value-sleep = sleep
value-poweroff = switch off
value-accept = let in
value-block = turn away
value-both = IPv4 and IPv6
value-any = any
value-loopback = this computer
value-lan = the local network
value-world = the internet
value-treatment = treatment
value-reception = reception
value-office = office
value-server = server
value-host-place-room-server = server room
value-mobile = mobile device
value-host-place-room-mobile = on the way
value-workplace = workplace
value-pvs_server = server of the practice software
value-medical_device = medical device
value-device_console = computer of a medical device
value-printer = printer or scanner
value-telephone = telephone or telephone system
value-network_device = network device
value-connector = connector
value-card_terminal = card terminal
value-nas = network storage (NAS)
value-controller = controller
value-camera = camera
value-other = other
value-medical = medical devices
value-telematics = telematics infrastructure
value-telephony = telephony
value-guest = guests and patients
value-management = management of network devices
value-peripherals = printers, cameras, building control
value-optional = optional
value-required = required
value-http = web (HTTP)
value-tls = encrypted service (TLS)
value-ssh = remote access (SSH)
value-smb = file sharing (SMB)
value-rdp = remote desktop (RDP)
value-vnc = screen sharing (VNC)
value-telnet = remote access (Telnet)
value-ftp = file transfer (FTP)
value-tftp = file transfer (TFTP)
value-snmp = network management (SNMP)
value-ldap = directory (LDAP)
value-kerberos = login service (Kerberos)
value-ntp = time (NTP)
value-dns = names (DNS)
value-mdns = local names (mDNS)
value-llmnr = local names (LLMNR)
value-ssdp = device discovery (SSDP)
value-sip = telephony (SIP)
value-ipp = printing (IPP)
value-mqtt = messages of things (MQTT)
value-rtsp = video (RTSP)
value-modbus = control (Modbus)
value-netbios = Windows names (NetBIOS)
value-msrpc = Windows remote calls (RPC)
value-rpcbind = remote calls (rpcbind)
value-ipmi = hardware management (IPMI)
value-rsync = file synchronisation (rsync)
value-mssql = Microsoft SQL Server
value-postgresql = PostgreSQL
value-mysql = MySQL or MariaDB
value-mongodb = MongoDB
value-redis = Redis
value-elasticsearch = Elasticsearch
value-firebird = Firebird
value-oracle = Oracle Database
value-dicom = images (DICOM)
value-mllp = messages (HL7)
value-konnektor = connector
value-sicct = card terminal (SICCT)
value-fhir = medical data (FHIR)
value-smtp = mail transfer (SMTP)
value-imap = mailbox (IMAP)
value-pop3 = mailbox (POP3)
value-consent = agreeing
value-machine = everybody at this computer
value-nothing = nothing
value-password = the password
