# Everything a report says on its own account. Titles, reasons and measures come from the catalogue.
# Short active sentences, no words that promise more than was measured.

## Head and extent

visite = Visite
this-computer = this computer ({ $what })
subjects-many = { $n } subjects
checked-of = { $checked } of { $points } points checked
reached = { $n ->
    [one] 1 subject looked at
   *[other] { $n } subjects looked at
}
today-at = today, { $time }
day-at = { $day }, { $time }

unchecked-no_permission = { $n ->
    [one] 1 needs administrator rights: sudo { $command }
   *[other] { $n } need administrator rights: sudo { $command }
}
unchecked-no_permission-privileged = { $n ->
    [one] 1 could not be read even with administrator rights
   *[other] { $n } could not be read even with administrator rights
}
unchecked-tool_missing = { $n ->
    [one] 1 needs a program that is not installed here
   *[other] { $n } need a program that is not installed here
}
unchecked-not_supported = { $n ->
    [one] 1 cannot be read on this system
   *[other] { $n } cannot be read on this system
}
unchecked-timed_out = { $n ->
    [one] 1 did not answer in time
   *[other] { $n } did not answer in time
}
unchecked-not_licensed = { $n ->
    [one] 1 needs a licence
   *[other] { $n } need a licence
}
unchecked-incomplete = { $n ->
    [one] 1 could be seen only in part
   *[other] { $n } could be seen only in part
}
unchecked-stale = { $n ->
    [one] 1 was seen too long ago: measure again
   *[other] { $n } were seen too long ago: measure again
}
unchecked-malformed = { $n ->
    [one] 1 could not be understood
   *[other] { $n } could not be understood
}
unchecked-not_collected = { $n ->
    [one] 1 has not been looked at yet
   *[other] { $n } have not been looked at yet
}

how-no_permission = Run the check with administrator rights: sudo { $command }. Your IT provider can do this too.
how-no_permission-privileged = Even an administrator could not read this. Ask your IT provider what prevents it.
how-tool_missing = The program that would tell is not installed on this computer. Your IT provider can install it.
how-not_supported = This system does not tell. Your IT provider can look by hand.
how-timed_out = The answer did not come in time. Check again later.
how-not_licensed = The service does not tell without a further licence.
how-incomplete = Only a part could be seen. What was seen is in order; the rest is open.
how-stale = This was seen too long ago. Check the computer again.
how-malformed = The setting was there but could not be understood. Your IT provider can look at the file.
how-not_collected = Nobody looked during this visit.

## Groups and lines

urgency-urgent = urgent
urgency-act = act
urgency-occasion = when convenient
group-urgent = URGENT
group-act = ACT
group-occasion = WHEN CONVENIENT
group-accepted = RISK KNOWINGLY ACCEPTED
group-fixed = FIXED
group-all-points = ALL POINTS
label-why = Why
label-where = Where
label-do = Do
label-evidence = Evidence
reopened-line = This gap had been closed before.
not-seen-again-line = Not measured this time ({ $reason }). Last seen: { $when }.
same-for-others = The same goes for the others.
and-more = { $n ->
    [one] and 1 more
   *[other] and { $n } more
}
seen = seen { $when }
accepted-line = Until { $until } · { $by }: { $reason }
fixed-line = Seen { $when }
good-line = { $n ->
    [one] Good: 1 point
   *[other] Good: { $n } points
}
good-line-more = { $n ->
    [one] Good: 1 point ({ $command } -v shows it)
   *[other] Good: { $n } points ({ $command } -v shows them)
}
not-applicable-line = Not applicable: { $n }
next-step = Next step: { $step }. Then run again: { $command }
clean-line = No gap found so far. Checked: { $checked } of { $points } points.
clean-line-accepted = No open gap found so far. Checked: { $checked } of { $points } points.
measures-line = { $n ->
    [one] 1 measure closes { $findings } findings.
   *[other] { $n } measures close { $findings } findings.
}
unchecked-list = Not checked: { $list }
nothing-checked = Nothing checked yet.
requirements-line = Requirements of { $framework }, as far as touched: { $list }
severity-pair = { $effective } (on its own: { $own })

minutes = { $n ->
    [one] 1 minute
   *[other] { $n } minutes
}
hours = { $n ->
    [one] 1 hour
   *[other] { $n } hours
}
days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
seconds = { $n ->
    [one] 1 second
   *[other] { $n } seconds
}
yes = yes
no = no
empty = empty
unknown-because = unknown ({ $reason })

## Words with a fixed meaning

verdict-pass = good
verdict-fail = gap
verdict-not_applicable = not applicable
verdict-unknown = not checked

reason-no_permission = administrator rights needed
reason-tool_missing = program missing
reason-not_supported = cannot be read here
reason-timed_out = no answer in time
reason-not_licensed = licence missing
reason-incomplete = seen only in part
reason-stale = out of date
reason-malformed = not understood
reason-not_collected = not looked at yet

severity-low = low
severity-medium = medium
severity-high = high
severity-critical = very high

confidence-low = a hint, look first
confidence-medium = usually right
confidence-high = read with certainty

area-backup = Backup
area-network = Network
area-workplaces = Workplaces
area-accounts = Accounts
area-updates = Updates
area-telematics = Telematics
area-team = Team
area-emergency = Emergency and contracts

cost-free = free
cost-nothing-to-buy = nothing to buy
cost-up_to_100 = up to €100
cost-up_to_1000 = up to €1,000
cost-above_1000 = more than €1,000

doer-practice = you
doer-provider = IT provider

basis-measured = measured
basis-stated_by_practice = stated by you
basis-stated_by_provider = stated by the provider
basis-reference = from the catalogue

status-met = met
status-partly = partly met
status-not_met = not met yet
status-not_applicable = not applicable
status-unknown = not checked yet
status-accepted = risk knowingly accepted
status-out_of_date = out of date

kind-host = Computer
kind-device = Device
kind-service = Service
kind-account = Account
kind-person = Person
kind-zone = Network zone
kind-tenant = Cloud tenant
kind-practice = Practice

## A scan of a network

unchecked-no_permission-remote = { $n ->
    [one] 1 was left open to spare a device, or for lack of a permission
   *[other] { $n } were left open to spare devices, or for lack of a permission
}
unchecked-not_supported-remote = { $n ->
    [one] 1 cannot be told from the answers
   *[other] { $n } cannot be told from the answers
}
unchecked-not_collected-remote = { $n ->
    [one] 1 was no part of this scan
   *[other] { $n } were no part of this scan
}
how-no_permission-remote = The device was spared, or the permission does not cover this question. Enter the device with its kind and its approvals in the practice file. Then once more: { $command }
how-not_supported-remote = The device's answers do not tell. Your IT provider can look at the device itself.
how-incomplete-remote = Only some of the services could be seen. What was seen is in order; the rest is open.
how-stale-remote = The observation is too old. Scan the network again: { $command }
how-timed_out-remote = Some requests got no answer. A filter or a loss may be the reason. Scan again, from another place too.
how-malformed-remote = There was an answer, but it could not be understood. Your IT provider can look at the device itself.
how-not_collected-remote = This was no part of the scan. Often the practice file lacks an entry for it.
reason-no_permission-remote = device spared or no permission
reason-not_supported-remote = cannot be told from the answers
reason-not_collected-remote = no part of this scan

scan-aim-none = imported observations
scan-aim-network = network { $network }
scan-aim-networks = { $n } networks
scan-aim-targets = { $n } targets
scan-devices = { $n ->
    [0] no device seen
    [one] 1 device
   *[other] { $n } devices
}
scan-devices-unknown = { $n ->
    [one] 1 of them not recognised
   *[other] { $n } of them not recognised
}
scan-class-unknown = kind not recognised
scan-https = Web service (HTTPS)
scan-with-tls = with TLS
scan-service-unknown = not recognised
scan-service-not-examined = not examined
scan-ports-not-examined = open, not examined: { $ports }
scan-ports-unknown = open, not recognised: { $ports }
scan-also = also over { $address }
scan-also-ports = also over { $address }: { $ports }
scan-terms = A point is one check on one device or service. A finding is one place where something has to be done.
scan-open-ports = { $n ->
    [one] 1 open port
   *[other] { $n } open ports
}
scan-at-devices = { $n ->
    [one] at 1 device
   *[other] at { $n } devices
}
not-examined-device_class = Medical or delicate devices: { $ports } { $devices }.
not-examined-unknown_device = Kind of device not known: { $ports } { $devices }.
not-examined-unexpected_port = No known service to be expected: { $ports } { $devices }.
not-examined-not_recognised = Answer not recognised: { $ports } { $devices }.
not-examined-no_answer = Connection taken, but no answer: { $ports } { $devices }.
not-examined-stopped = Scan ended before: { $ports } { $devices }.
not-examined-too_much = Too many open ports, or too slow: { $ports } { $devices }.
not-examined-ports_only = Only looked for open ports: { $ports } { $devices }.
how-examined-device_class = Enter the manufacturer's approval in the practice file (manufacturer_approval).
how-examined-unknown_device = Enter the device with its kind in the practice file (devices).
how-examined-unexpected_port = Scan once more after hours, with --profile fast.
how-examined-not_recognised = Your IT provider can look at the device which program waits there.
how-examined-no_answer = Scan the device once more later. If it stays silent, your IT provider can look what waits there.
how-examined-stopped = Let the scan run to its end once more.
how-examined-too_much = Your IT provider can find out why nearly every port there is open or silent.
how-examined-ports_only = Without --ports-only, visite scan finds out which service answers there.
group-devices = DEVICES
group-not-examined = NOT EXAMINED
scan-unanswered = { $n ->
    [one] No answer: 1 of { $asked } requests { $devices }. Whether anything is open there remains unknown.
   *[other] No answer: { $n } of { $asked } requests { $devices }. Whether anything is open there remains unknown.
}
scan-guests = { $n ->
    [one] Guests: 1 device counted, nothing else kept.
   *[other] Guests: { $n } devices counted, nothing else kept.
}
scan-left-out = { $n ->
    [one] Left out: 1 more device, for it has the hardware address of one that was excluded.
   *[other] Left out: { $n } more devices, for they have the hardware address of one that was excluded.
}
scan-beyond = { $n ->
    [one] Not examined: 1 address. Neither a device nor a practice's network has so many. The result is incomplete.
   *[other] Not examined: { $n } addresses. Neither a device nor a practice's network has so many. The result is incomplete.
}
scan-interrupted = Interrupted: the scan ended early. Devices and services may be missing.
scan-no-devices = No device answered. That does not mean that there is none.
scan-unfinished = not examined to the end
scan-allowed-by = Allowed by { $name }
scan-imported-only = Nothing was sent: the observations are from files of other programs.
scan-release = permission (release) { $id }
scan-packets = { $n ->
    [0] nothing sent
    [one] 1 packet in { $time }
   *[other] { $n } packets in { $time }
}
scan-profile = profile { $profile }, { $rate } packets a second aimed at
scan-logins = with login attempts
scan-no-logins = without login attempts
scan-none = none
scan-label-targets = Targets
scan-label-excluded = Left out
scan-label-from = Measured from
scan-label-ports = Ports
scan-label-packets = Packets
scan-label-dialogues = Dialogues
scan-label-silent = no answer: { $n } of { $asked } ports
scan-label-versions = TLS versions: { $versions }
scan-label-certificate = certificate valid until { $until }
scan-label-new = new
scan-label-gone = no longer seen
scan-new-devices = { $n ->
    [one] 1 new device
   *[other] { $n } new devices
}
scan-gone-devices = { $n ->
    [one] 1 device no longer seen
   *[other] { $n } devices no longer seen
}
scan-opened = { $n ->
    [one] 1 new service
   *[other] { $n } new services
}
scan-closed = { $n ->
    [one] 1 service no longer seen
   *[other] { $n } services no longer seen
}
scan-unchanged = no change seen
scan-since = Since the last round ({ $when }): { $what }.
scan-not-compared = Services are not compared: other ports were asked then.
profile-practice = practice hours
profile-fast = fast

## HTML report

html-title = Examination report
html-draft = Examination report (draft)
html-confidential = Confidential · internal edition
html-skip = Skip to content
html-last-visit = Last visit: { $when }
html-contents = Contents
html-open-points = { $n ->
    [one] 1 open
   *[other] { $n } open
}
html-see = see them
html-sentence-urgent = { $count ->
    [one] One gap is urgent.
   *[other] { $words } gaps are urgent.
}
html-sentence-act = { $count ->
    [one] One gap should be closed in the coming weeks.
   *[other] { $words } gaps should be closed in the coming weeks.
}
html-sentence-occasion = { $count ->
    [one] One small gap can wait for the next occasion.
   *[other] { $words } small gaps can wait for the next occasion.
}
html-sentence-clean = No gap found so far.
html-sentence-clean-accepted = No open gap found so far.
html-sentence-nothing = Nothing checked yet.
html-further = { $n ->
    [one] And 1 more gap that is less pressing.
   *[other] And { $n } more gaps that are less pressing.
}
html-first-steps = Start here
html-same-kind = { $n ->
    [one] and 1 more of this kind
   *[other] and { $n } more of this kind
}
html-steps-more = { $n ->
    [one] One more measure is listed below.
   *[other] { $n } more measures are listed below.
}
html-places = { $n ->
    [one] 1 place
   *[other] { $n } places
}
html-details = Details
html-areas = Areas
html-area = Area
html-state = State
html-checked = Checked
html-findings-count = { $n ->
    [one] 1 gap
   *[other] { $n } gaps
}
html-of = { $checked } of { $points }
html-area-good = good
html-area-good-so-far = good as far as checked
html-area-unknown = not checked yet
html-areas-note = Areas without a number were not part of this visit.
html-area-accepted = risk knowingly accepted
html-area-not-applicable = not applicable
map-title = Network plan
map-lead = Rooms are zones of the network, doors are ways. This is how it stood from the place where Visite measured.
map-see-devices = All devices as a table
map-label = Plan with { $n } zones. The tables below say the same.
map-room = Zone
map-door = Door
map-seen = Seen
map-nobody = no device seen
map-guests = { $n ->
    [one] 1 device, only counted
   *[other] { $n } devices, only counted
}
door-here = Visite stood here
door-forbidden = Open, not intended
door-wanted = Open, as intended
door-open = Open
door-closed = Nothing seen open
door-unmeasured = Not measured
door-services = { $n ->
    [one] 1 service open
   *[other] { $n } services open
}
door-witnesses = { $all ->
    [one] the 1 open service
   *[other] { $n } of { $all } open services
}
html-devices = Devices
html-device = Device
html-device-kind = Kind
html-device-services = Open services
html-left-out = Not examined
html-record = Record of the scan
html-findings = Findings
html-no-findings = No open finding.
html-do = What to do
html-voice-owner = For the owner of the practice
html-voice-team = For the team
html-voice-provider = For the IT provider
html-steps = Steps
html-script = Commands
html-verify = How to see that it worked
html-rollback = How to go back
html-evidence = Evidence
html-evidence-what = Observation
html-evidence-value = Value
html-evidence-when = Seen
html-evidence-source = Source
html-severity = Severity
html-confidence = Certainty
html-since = First seen
html-related = Requirements touched
html-id = Id
html-accepted = Risks knowingly accepted
html-accepted-until = Accepted until { $until } by { $by }
html-accepted-reason = Reason: { $reason }
html-fixed = Fixed
html-not-checked = Not checked yet
html-not-checked-lead = These points count neither as good nor as a gap.
html-points = { $n ->
    [one] 1 point
   *[other] { $n } points
}
html-passed = Good
html-passed-lead = Everything here was as it should be.
html-not-applicable = Not applicable
html-requirements = Requirements touched
html-requirements-lead = The status reflects only what was measured here. The wording of the requirement is authoritative.
html-requirement = Number
html-requirement-judged = Judged
html-subjects = Subjects
html-subject = Name
html-subject-kind = Kind
html-subject-description = Description
html-subject-seen = Looked at
html-duplicate = May be the same as: { $names }
html-about = About this report
html-about-basis = Basis
html-about-basis-text = Measured on the subjects named. What people stated is marked as such.
html-about-limits = Limits
html-about-limits-draft = One computer alone does not show the whole practice. Scope and interview are missing. That is why this is a draft.
html-about-limits-scan = The report shows what devices show of themselves over the network, seen from one place. What did not answer or was spared remains open.
html-about-limits-practice = The report speaks only about the points that were checked. Everything else stays open.
html-about-confidential = Confidentiality
html-about-confidential-text = The report shows open gaps. Hand it only to people who close them.
html-about-version = Program
html-about-catalog = Catalogue
html-about-replaced = Replaced entries
html-about-disabled = Disabled entries
html-about-round = Visit
html-about-time-zone = Time zone
html-page = Page
