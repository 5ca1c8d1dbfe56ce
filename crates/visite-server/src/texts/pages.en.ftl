# What pages say of their own accord. Findings, reasons and measures come from the catalogue, shared words from the report.
# Short sentences, and the next step is named.

## Frame

account = Signed in as
logout = Sign out
login = Sign in
menu = Menu
search-label = Search
search-hint = Search (press /)
demo = Example practice: all names and measurements are made up.
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
nav-settings = Settings
nav-audit = Audit log
nav-provider = Provider
nav-practices = All practices
nav-policies = Policies
nav-import = Import practices
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
start-nothing = Set up the practice in five short steps. Then you see the first result.
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
enrol-step-copy = Copy this line.
enrol-step-run = Paste it into a terminal on the computer. It needs administrator rights.
enrol-step-wait = The computer appears here after about a minute.
enrol-once = The line works once and until { $when }. It is shown only now. You can make a new one for “{ $name }” at any time.
enrol-title = Connect a computer
enrol-text = Visite only observes. It changes nothing on the computer and opens no way in.
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
