# What pages say of their own accord. Findings, reasons and measures come from the catalogue, shared words from the report.
# Short sentences, and the next step is named.

## Frame

account = Signed in as
logout = Sign out
login = Sign in
menu = Menu
search-label = Search
search-hint = Search (press /)
demo = Demo: what was measured is recorded, names are invented. When it ends, everything is deleted.
above-label = Pages above this one
nav-label = Pages
nav-open = open
nav-start = Overview
nav-measures = Measures
nav-practice = Network
nav-sockets = Wall sockets
nav-proof = Evidence
nav-rounds = Rounds
nav-checks = Checks
nav-requirements = Requirements
nav-work = Operation
nav-agents = Connected computers
nav-jobs = Jobs
nav-people = People and roles
nav-settings = Settings
nav-audit = Audit log
nav-provider = Provider
nav-practices = All practices
nav-policies = Policies
nav-import = Make practices
nav-branding = Your appearance
table-export = Download as a table (CSV)
copy = Copy
copied = Copied
filter-label = Narrow the list
filter-apply = Apply
filter-reset = Reset
filter-word = Search word
filter-nothing = Nothing matches.
filter-nothing-text = Choose less, or reset the selection.
sort = Order
pager-label = More pages of the list
pager = Page { $page } of { $pages }
pager-back = Back
pager-on = Next

## After an action

done-accepted = The risk is accepted. Visite reminds you before the date.
done-withdrawn = The finding is open again.
done-assigned = Saved who looks after it.
done-recheck = Visite measures again as soon as the computer is connected.
done-scan = The examination begins. You can close the page and come back later.
done-round = The round is running. You can close this page and come back later.
done-revoked = The connection has ended. What was measured is kept.
done-saved = Saved.
done-released = The release is saved. The next round examines this network.
done-release-ended = The release has ended. This network is no longer examined.
done-cancelled = The job ends after the step it is at.
done-imported = The practices have been created.
done-exception = The exception is saved.
done-setup = The setup is complete.

## Overview

start-setup = Set up the practice
start-not-set-up = Tell Visite in five short steps which practice this is. What applies to you depends on it.
start-nothing = Set up the practice in five short steps. The first result appears as soon as a computer has been measured.
start-reached = { $reached } of { $known } devices reached
start-see-open = See what is open
start-running = A round is running now.
start-running-see = See its progress
start-measures-more = { $n ->
    [one] See one more measure
   *[other] See { $n } more measures
}
order = Order for the IT provider
recheck = Done, please measure again
trend-title = Trend ({ $n } rounds)
trend-label = Open gaps in each round: { $before } at first, { $now } at last. The table below has all numbers.
trend-table = Trend as a table
round-when = Round
next-title = Next round
next-round = Starts { $when }.
next-none = None is planned. Choose the times in the settings.
round-now = Start a round now

## Findings

finding = Finding
first-seen = First seen
assigned-to = Looked after by
urgency = Urgency
state-accepted = risk accepted
state-fixed = fixed
state-no-gap = no gap seen
findings-count = { $n ->
    [one] 1 finding
   *[other] { $n } findings
}
findings-none-text = Checked: { $checked } of { $points } points. What is not checked may still have gaps.
filter-every-area = All areas
filter-every-urgency = Any
filter-every-device = All devices
filter-open = Open
filter-all = All
filter-anybody = Anybody
filter-mine = Me
filter-nobody = Nobody yet
sort-urgency = Most urgent first
sort-newest = Newest first
sort-oldest = Oldest first
sort-device = By device
finding-seen = What was seen
finding-means = What it means
finding-history = History
finding-decide = Decide and assign
finding-last-seen = Last seen
event-opened = Seen for the first time
event-accepted = Risk accepted
event-withdrawn = Acceptance ended
event-assigned = Assignment changed
event-fixed = Seen fixed
event-reopened = Seen again
accept-title = Accept the risk
accept-text = Some gaps cannot be closed at once. Record why it may stay, and until when.
accept-reason = Reason
accept-until = Last day
accept-do = Accept the risk
accept-withdraw = End the acceptance
assign-title = Looked after by
assign-nobody = Nobody
assign-do = Assign
todo-roles = Who does what
assign-who = Person
check = Check
measure = Measure

## Order

order-print = Print this sheet or save it as a PDF. Give it to your IT provider only.
order-why = What it is about
order-done = Done
order-done-by = Date, name, remarks

## Devices

devices-count = { $n ->
    [one] 1 device
   *[other] { $n } devices
}
devices-none = No device is known yet.
devices-none-text = Connect the first computer. It takes about two minutes.
devices-how = Observed
devices-all = In any way
devices-agent = By Visite on the computer
devices-network = Over the network
sort-name = By name
sort-seen = Not seen for longest
device-seen = Last seen
device-open = Open findings
device-not-judged = The last round did not judge this device. Last seen: { $when }. If it is gone, there is nothing to do; else it shows with the next round.
device-kept = What was found about it
device-closed = Accepted or fixed
device-about = About this device
device-address = Address
device-mac = Hardware address
device-by-agent = measured by Visite on the computer
device-by-network = measured over the network
agent = Connection
help-no_permission = Your IT provider can allow reading it.
help-tool_missing = Your IT provider can install the program.
help-not_supported = Your IT provider can look at it by hand.
help-timed_out = Visite tries again next time.
help-not_licensed = Ask the maker of the service about the licence.
help-incomplete = What could be seen is in order. The rest is open.
help-stale = Switch the device on and wait for the next round.
help-malformed = Your IT provider can look at the setting on the device.
help-not_collected = Connect the computer, or allow the network to be examined.

## Connected computers

agents-add = Connect a computer
agents-none = No computer is connected yet.
agents-none-text = Connect the server of the practice first, then the workplaces.
agent-computer = Computer
agent-active = connected
agent-silent = not heard
agent-revoked = connection ended
agent-last-seen = Last heard
agent-certificate = Certificate valid until
agent-medical = belongs to a medical device
agent-gap = observations are missing: the computer was without connection for too long
enrol-made = Now connect “{ $name }”
enrol-step-program = Copy the program visite to the computer, into /usr/local/bin.
enrol-step-copy = Copy this line.
enrol-step-run = Paste it into a terminal on the computer. It needs administrator rights.
enrol-step-wait = The computer appears here after about a minute.
enrol-once = The line works once and until { $when }. It is shown only now. You can make a new one for “{ $name }” at any time.
enrol-title = Connect a computer
enrol-text = Visite only observes. It changes nothing on the computer and opens no way in.
enrol-unreachable = Other computers do not reach this server yet. Set a password and a second factor, then start it like this, with the name of this computer in the practice’s network:
enrol-name = Name of the computer
enrol-name-help = As you call it in the practice, for example “Reception 1”.
enrol-medical = The computer belongs to a medical device
enrol-medical-help = Then its maker has to agree first. Ask before you run the line.
enrol-do = Make the line
enrol-waiting = Made and not used yet
enrol-until = Works until { $when }
revoke-title = End a connection
revoke-text = Visite then accepts nothing more from this computer. End the connection when it was lost or is out of use.
revoke-do = End

## Search

search-title = Search for “{ $word }”
search-nothing = Nothing found.
search-nothing-text = Search for a device, a finding or a check.
search-more = { $n ->
    [one] And one more hit. Search more precisely.
   *[other] And { $n } more hits. Search more precisely.
}

## When something does not work

error-home = To the overview
error-mark = Mark for your IT provider:
error-number = Message { $n }
error-bad = Visite did not understand that
error-bad-text = Something is missing or does not fit. Go back and check what you entered.
error-signed-out = Your session has ended
error-signed-out-text = Sign in again. What was saved is still there.
error-forbidden = Your role does not allow this
error-forbidden-text = Ask the owner of the practice whether you can have access.
error-missing = There is no such page
error-missing-text = The link may be old, or the finding was deleted. Search for it, or start at the overview.
error-large = The file is too large
error-large-text = Split the file, and upload the parts one after the other.
error-many = That was too often in a short time
error-many-text = Wait a minute, then try again.
error-internal = That did not work
error-internal-text = The mistake is Visite's, not yours. Try again. If it stays, tell your IT provider the mark.
error-store = Visite cannot reach its data just now
error-store-text = Nothing is lost. Try again in a minute. If it stays like this, your IT provider should look at the database.

## Measures

measures-none = There is nothing to do at present.
measures-none-text = Each open finding brings a measure with it. None is open just now.
measures-lead = What helps most stands first. Start there.
measure-who = Who
measure-effort = Effort
measure-cost = Cost
measure-closes = Closes
measure-closed = No finding is open for this measure any more.

## Rounds

rounds-none = No round yet.
rounds-none-text = Connect a computer. The first round then starts by itself.
rounds-all = All rounds
compare-choose = Compare two rounds
compare-from = Earlier
compare-to = Later
compare-do = Compare
compare-title = Two rounds compared
compare-unchanged = { $n ->
    [one] 1 finding is open as before.
   *[other] { $n } findings are open as before.
}
compare-new = New
compare-new-none = No new finding.
compare-fixed = Fixed
compare-fixed-none = None.
compare-changed = Changed
compare-changed-none = No finding has changed.
compare-accepted = Risk accepted
compare-not-measured = Not measured again this time
compare-before = Before: { $title }
compare-new-devices = New devices
compare-gone-devices = Devices not seen any more

## Jobs

job = Job
job-waiting = waiting
job-running = running
job-done = done
job-failed = did not work
job-cancelled = stopped
job-since = Start
job-finished = End
job-now = At present
job-by = Asked for by
job-planned = Schedule
job-progress = Progress
job-steps = { $done } of { $all } steps
job-left = About { $time } left.
job-leave = You can close this page. The job goes on, and you find it again under “Jobs”.
job-reload = Reload the status
job-cancel = Stop
job-see = See the result
jobs-none = No job yet.
jobs-none-text = Rounds and examinations appear here as soon as they start.

## Floor plan and sockets

network-none = The network has not been examined yet.
network-none-text = First state which network may be examined. Medical devices are treated with care.
network-releases = What may be examined
network-releases-text = Visite looks for devices and open services in these networks. It does so gently, which can take more than an hour. You can close the page meanwhile.
network-releases-none = No network is released at the moment.
network-scan = Examine now
network-running = Running now: look
network-release = Allow a network
network-when = Measured { $when }.
network-zones = Zones
socket = Socket
socket-room = Room
socket-measured = Measured
socket-wanted = leads where it should
socket-forbidden = leads into the wrong network
socket-dead = not connected
sockets-none = No wall socket has been measured yet.
sockets-none-text = Sockets in the waiting room or the hall often lead into the practice's network unnoticed. Measure these first.
sockets-how = How to measure a socket
sockets-step-label = Write down the number of the socket. If it has none, put one on.
sockets-step-plug = Plug a notebook with Visite into the socket. Put in your name for the permission, and run this:
sockets-step-note = Do you see the server or a workplace in the list? Then the socket leads into the practice’s network. Write that down; Visite cannot enter it here yet.
sockets-quick = Is the socket unused? Then there is a quicker way: unplug its cable in the cabinet. That costs nothing.

## Checks and requirements

checks-lead = Each check is judged for each device to which it applies.
check-verdict = Result
check-any = Any
check-why = Why it matters
check-results = Result for each device
check-reason = Reason and remedy
check-nowhere = This check applies to no known device.
check-about = About this check
requirement = Requirement
requirement-modality = Binding
modality-must = must
modality-should = should
requirements-apply = For your practice { $n } of { $all } requirements apply.
requirements-every = All
requirements-framework = Source
requirements-applying = What applies to your practice

## Settings

save = Save
until = until { $day }
settings-parts = Parts of this page
settings-practice = Your practice
settings-practice-text = Which requirements apply to you depends on this.
settings-times = Times of rounds
settings-times-text = Computers measure when they are switched on. These times come in addition.
settings-lunch = Lunch break
settings-lunch-help = The allowed networks are examined then, slowly and without asking medical devices.
settings-night = At night, servers only
settings-night-help = Choose a time outside the backup.
settings-release = Networks that may be examined
settings-release-text = Visite examines only what you allow. Devices that belong to others need the consent of their owners.
settings-alerts = Alerts
settings-alerts-text = One e-mail for each cause: backup overdue, malware protection off, computer not heard, new administrator account, something expires, unknown device in a protected zone.
settings-mail = E-mail addresses
settings-mail-help = Part several by commas. Empty means: no alerts.
settings-access = Access of your IT provider
settings-access-text = You grant access, and you can end it at any time.
access-end = End access
access-none = No IT provider has access at present.
release-networks = Networks
release-networks-help = For example 192.168.10.0/24. Part several by commas.
release-owner = Who owns the network and the devices?
release-owner-help = Name landlords and other users, too.
release-confirm = I may allow this examination.
release-confirm-help = Your name and the time are recorded.
release-do = Allow

## Setup

setup-title = Set up the practice
setup-step = Step { $n } of { $all }
setup-on = Next
setup-later = Allow it later
setup-name = What is your practice called?
setup-name-help = The name appears on reports and orders.
setup-size = How many people constantly process patient data?
size-small = Up to 5
size-small-help = A small practice. The fewest requirements apply to it.
size-medium = 6 to 20
size-medium-help = A medium practice
size-large = More than 20
size-large-help = A large practice, a medical centre, or a practice that processes a lot of data
setup-telematics = How is the practice connected to the telematics infrastructure?
ti-parallel = In parallel
ti-parallel-help = The connector stands beside the network, which protects itself.
ti-series = In series
ti-series-help = The whole network stands behind the connector.
ti-gateway = Through a TI gateway
ti-gateway-help = The connector stands in the data centre of the provider.
ti-none = Not at all
setup-care = Who looks after your computers?
care-provider = An IT provider
care-provider-help = Orders are written for them.
care-practice = Someone in the practice
care-practice-help = Measures are explained step by step.
care-both = Both
setup-release = Visite can examine the network and show which devices and open doors there are. It asks slowly and treats medical devices with care.
setup-networks = This computer is in the network { $networks }.
setup-done = The practice is set up
setup-done-text = Visite is already measuring this computer. What comes next:
setup-next-see = See the first result.
setup-next-connect = Connect the server and the workplaces.
setup-next-login = Set your password and a second factor. Only then can Visite be reached from other computers.

## Audit log

audit-lead = Every action stands here with time and person. Entries cannot be changed unnoticed.
audit-number = No.
audit-when = Time
audit-who = Who
audit-what = What
audit-whole = Unbroken up to entry { $n }
audit-broken = The chain breaks at entry { $n }. Ask your IT provider what was changed there.
audit-older = Older entries

## Provider

practice = Practice
practices-count = { $n ->
    [one] 1 practice.
   *[other] { $n } practices.
}
practices-urgent = { $n ->
    [0] None has an urgent gap.
    [one] 1 of them has an urgent gap.
   *[other] { $n } of them have urgent gaps.
}
practices-none = No practice yet.
practices-none-text = Make your practices, or ask a practice for access.
practice-silent = Not heard
practice-last = Last round
practice-never = none yet
sort-round = Longest without a round
policies-lead = Policies count for all practices that you look after. Exceptions have a reason and an end.
policy-value = Counts
policy-exceptions = Exceptions
policy-except = Add an exception
import-text = One line for each practice, columns parted by commas. The file looks like this:
import-example =
    Name,Place,Size
    Practice Dr Example,Hamburg,small
    Sampletown Medical Centre,Sampletown,large
import-file = File
import-file-help = CSV in UTF-8, at most 1 MB
import-look = Look at the file
import-line = Line
import-place = Place
import-size = Size
import-good = can be created
import-count = { $n ->
    [one] 1 practice can be created.
   *[other] { $n } practices can be created.
}
import-bad = { $n ->
    [one] 1 line is left out.
   *[other] { $n } lines are left out.
}
import-do = { $n ->
    [one] Create 1 practice
   *[other] Create { $n } practices
}
import-other = Another file
branding-lead = Your name and telephone number appear on every page and on every order, so that practices find help.
branding-name = Name
branding-phone = Telephone
branding-phone-help = The number at which practices reach someone in an emergency.
branding-mail = E-mail
branding-logo = Logo
branding-logo-help = PNG, at most 200 KB. It is shown 28 pixels high.

## Policies, team and server

policy-end = End the exception
done-tried = The trial mail is on its way. Please look into your mailbox.
done-left = Access has ended, to all practices, too.
done-created = The practice has been made. Now invite its owner.
nav-team = Your team
nav-server = This server
nav-certificate = Certificate
nav-mail = Mail server
nav-service = Sign-in service
import-one = One practice
import-many = Many from a table
import-name = Name of the practice
import-one-do = Make the practice
import-size-open = Not known yet
setup-provider = Do you look after several practices as an IT provider?
setup-provider-text = Then you make the practices afterwards. Visite stops examining this computer, and every access needs a second factor.
setup-provider-confirm = What Visite has measured about this computer so far is deleted.
setup-provider-do = Set up as an IT provider
team-lead = Everybody here signs in with a second factor. Which practices somebody sees is decided by the practices.
team-name = Name
team-email = E-mail address
team-role = Role
team-practices = Practices
team-change = Change
team-waiting = has not signed in yet
team-end = End access
team-link = Link for { $name }
team-link-text = Pass it on in person. It counts once and for 3 days. Visite shows it only now.
team-invite = Bring somebody in
team-invite-text = New colleagues see the practices that you lead, for as long as you do.
team-invite-do = Make a link
mail-lead = Visite sends alerts through this server. Who gets them is said in the settings of the practice.
mail-host = Name of the mail server
mail-host-help = For example smtp.provider.example. Your mail provider calls it “outgoing server”.
mail-security = Encryption
mail-tls = TLS
mail-tls-help = Encrypted from the start, mostly port 465
mail-starttls = STARTTLS
mail-starttls-help = Encrypted after the greeting, mostly port 587. Without encryption nothing is sent.
mail-none = None
mail-none-help = Only for a mail server on this computer
mail-port = Port
mail-port-help = Leave it empty for the usual one.
mail-from = Sender
mail-from-help = An address that your mail provider allows, e.g. Visite <visite@practice.example>.
mail-user = User name
mail-user-help = Leave it empty if nobody has to sign in.
mail-password = Password
mail-password-help = Visite keeps it encrypted and never shows it again.
mail-password-kept = A password is kept. Leave the field empty and it stays.
mail-password-forget = Forget the password that is kept
mail-try = Try it out
mail-try-text = Visite sends a message to { $to }.
mail-try-do = Send a trial mail
mail-remove = Remove the mail server

service-lead = Does your practice or company have accounts already, for example at Microsoft Entra ID or in Keycloak? Then everybody can use them to sign in to Visite.
service-who = You still decide who gets in: by an invitation, or when somebody links their account under “Your account”. The same e-mail address is not enough.
service-back = What the sign-in service needs from you
service-back-help = Enter this address there as the redirect URI (type “Web”):
service-entries = What Visite needs from the sign-in service
service-issuer = Address of the sign-in service (issuer)
service-issuer-help = Microsoft: https://login.microsoftonline.com/ with the tenant ID and /v2.0. Keycloak: https://, the name of the server, /realms/ and the name of the realm.
service-client = Client ID
service-client-help = Microsoft calls it “Application (client) ID”.
service-secret = Client secret
service-secret-help = With Microsoft the “value”, not the ID. Visite keeps it encrypted and never shows it again.
service-secret-kept = A secret is kept. Leave the field empty and it stays, as long as address and client ID stay the same.
service-label-de = Label of the button, German
service-label-help = For example “Mit Microsoft anmelden”.
service-label-en = Label of the button, English
service-label-en-help = For example “Sign in with Microsoft”.
service-factor = Value for the second factor
service-factor-help = Mostly empty: Visite then asks for a code or passkey itself. If there is a value here, e.g. “mfa”, and the service names it in “amr” or “acr”, that counts as the second factor.
service-certificate = Own root certificate
service-certificate-help = Only for a service of your own whose certificate your operating system does not know: the text from “-----BEGIN CERTIFICATE-----” on. Then this one alone counts.
service-save = Check and save
service-remove = Use it no longer
service-linked =
    { $n ->
        [0] Nobody has linked their account yet.
        [one] One person has linked their account.
       *[other] { $n } people have linked their accounts.
    }
service-remove-text = After that nobody signs in this way any more. Whoever has no password needs a new link.
service-remove-do = Remove the sign-in service
ca-lead = For other computers to trust this server without a warning, they need its certificate once. That takes about five minutes a computer.
ca-given = This server has a certificate that other computers trust already. Open { $address } there.
ca-not-reachable = So far Visite can only be reached from this computer. The page “Connected computers” of a practice shows how to start it so that others reach it.
ca-fetch = Fetch the certificate
ca-fetch-text = Download it on this computer and bring it to the others on a USB stick. It is no secret.
ca-download = Download the certificate
ca-compare = Compare the fingerprint
ca-compare-text = On the other computer, compare the fingerprint (SHA-256) with this one. If they differ, stop.
ca-import = Import the certificate
ca-import-text = Choose the system of the other computer.
ca-phone = Phone and tablet
ca-windows-1 = Double-click the file visite-ca.crt and choose “Install Certificate”.
ca-windows-2 = Choose “Local Machine”. You need administrator rights for that.
ca-windows-3 = Choose “Place all certificates in the following store”, then “Trusted Root Certification Authorities”.
ca-windows-4 = In a domain, your IT provider brings the certificate to all computers with a group policy.
ca-macos-1 = Double-click the file. Keychain Access opens.
ca-macos-2 = Choose the keychain “System”.
ca-macos-3 = Open the certificate “Visite” there and choose “Always Trust” for SSL under “Trust”.
ca-linux-1 = Debian, Ubuntu: copy the file to /usr/local/share/ca-certificates/ and call sudo update-ca-certificates.
ca-linux-2 = Fedora, Red Hat: copy it to /etc/pki/ca-trust/source/anchors/ and call sudo update-ca-trust.
ca-firefox-1 = Open Settings, “Privacy & Security”, “View Certificates”.
ca-firefox-2 = Under “Authorities” choose “Import” and the file.
ca-firefox-3 = Tick “Trust this CA to identify websites”.
ca-phone-1 = Send the file to the device and open it.
ca-phone-2 = iPhone and iPad: install the profile in Settings, then switch it on under General, About, “Certificate Trust Settings”.
ca-phone-3 = Android: choose “Install CA certificate” in Settings under Security.
ca-open = Open Visite
ca-open-text = Open { $address } on the other computer. The browser shows no warning any more.

## Programs

programs-title = Programs
programs-lead = Other programs, e.g. a ticket system, can read and act through the interface. Each gets an access of its own.
programs-lead-overall = These accesses are valid for all practices in which you have a role. Where your role ends, so does the access.
programs-none = No program has access yet
programs-none-text = Make one below if a program is to use Visite.
programs-name = Program
programs-name-help = What the access is for, e.g. “ticket system”.
programs-scopes = What it may do
programs-by = Made by
programs-expires = Valid until
programs-ended = over
programs-used = Last used
programs-never = never
programs-made = Access for “{ $name }”
programs-made-text = Enter this key in the program:
programs-once = Visite shows the key only now. Whoever has it may do what you chose. Do not pass it on by e-mail.
programs-make = Make an access
programs-make-text = Choose only what the program needs. It may never do more than you yourself.
programs-lasts = Validity
programs-days = { $n } days
programs-do = Make access
programs-end = End an access
programs-end-text = From then on the program can read and change nothing any more.
programs-overall = Accesses for all practices
settings-programs-text = Other programs can read findings and work on them if you allow it.
settings-programs-do = See accesses
done-token-ended = The access has ended.
scope-practices-read = List practices, with figures
scope-findings-read = Read findings and measures
scope-findings-write = Accept and assign findings
scope-devices-read = List devices
scope-facts-read = Read what was measured on devices, names of accounts included
scope-checks-read = Read checks and requirements
scope-rounds-read = Read rounds and jobs
scope-rounds-write = Begin rounds and stop jobs
scope-agents-read = List connected computers
scope-agents-write = Connect computers and end connections
scope-audit-read = Read the audit log
scope-metrics = Read the figures of the server
hooks-title = Messages to programs
hooks-text = Visite tells an address what happens. The messages are signed and hold no names.
hooks-made = Address { $address }
hooks-made-text = With this secret the program checks that messages come from Visite:
hooks-once = Visite shows the secret only now.
hooks-test = Try it
hooks-remove = Remove
hooks-address = Address
hooks-address-help = It begins with https:// and is on the internet. Addresses in own networks are permitted by whoever looks after the installation.
hooks-events = About
hooks-do = Make address
hooks-private = Addresses in own networks, too
hooks-private-help = Allow this only if everybody who enters addresses may reach the network of this server.
hook-finding-opened = New findings
hook-finding-fixed = Closed findings
hook-finding-accepted = Accepted risks
hook-round-finished = Finished rounds
hook-agent-silent = Computers that do not report any more
done-hook-tested = The message is on its way. Here you see whether it arrived.
done-hook-removed = The address was removed.
