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
value-server = server room
value-mobile = on the way
