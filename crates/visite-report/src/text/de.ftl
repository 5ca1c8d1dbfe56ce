# Alles, was ein Bericht von sich aus sagt. Titel, Gründe und Maßnahmen kommen aus dem Katalog.
# Sie-Form, kurze Sätze, keine Wörter, die mehr versprechen, als gemessen wurde.

## Kopf und Umfang

visite = Visite
this-computer = dieser Computer ({ $what })
subjects-many = { $n } Prüfobjekte
checked-of = { $checked } von { $points } Punkten geprüft
reached = { $n ->
    [one] 1 Prüfobjekt angesehen
   *[other] { $n } Prüfobjekte angesehen
}
today-at = heute, { $time } Uhr
day-at = { $day }, { $time } Uhr

unchecked-no_permission = { $n ->
    [one] 1 braucht Administratorrechte: sudo { $command }
   *[other] { $n } brauchen Administratorrechte: sudo { $command }
}
unchecked-no_permission-privileged = { $n ->
    [one] 1 ließ sich auch mit Administratorrechten nicht lesen
   *[other] { $n } ließen sich auch mit Administratorrechten nicht lesen
}
unchecked-tool_missing = { $n ->
    [one] für 1 fehlt hier ein Programm
   *[other] für { $n } fehlt hier ein Programm
}
unchecked-not_supported = { $n ->
    [one] 1 lässt sich auf diesem System nicht ablesen
   *[other] { $n } lassen sich auf diesem System nicht ablesen
}
unchecked-timed_out = { $n ->
    [one] bei 1 kam die Antwort nicht rechtzeitig
   *[other] bei { $n } kam die Antwort nicht rechtzeitig
}
unchecked-not_licensed = { $n ->
    [one] für 1 fehlt eine Lizenz
   *[other] für { $n } fehlt eine Lizenz
}
unchecked-incomplete = { $n ->
    [one] 1 war nur zum Teil zu sehen
   *[other] { $n } waren nur zum Teil zu sehen
}
unchecked-stale = { $n ->
    [one] bei 1 ist die Beobachtung zu alt: neu messen
   *[other] bei { $n } sind die Beobachtungen zu alt: neu messen
}
unchecked-malformed = { $n ->
    [one] 1 war nicht zu verstehen
   *[other] { $n } waren nicht zu verstehen
}
unchecked-not_collected = { $n ->
    [one] 1 hat noch niemand angesehen
   *[other] { $n } hat noch niemand angesehen
}

how-no_permission = Lassen Sie die Prüfung mit Administratorrechten laufen: sudo { $command }. Das kann auch Ihr IT-Dienstleister.
how-no_permission-privileged = Auch ein Administrator durfte hier nicht lesen. Fragen Sie Ihren IT-Dienstleister, was das Lesen verhindert.
how-tool_missing = Auf diesem Computer fehlt das Programm, das Auskunft gibt. Ihr IT-Dienstleister kann es einspielen.
how-not_supported = Dieses System gibt darüber keine Auskunft. Ihr IT-Dienstleister kann von Hand nachsehen.
how-timed_out = Die Antwort kam nicht rechtzeitig. Prüfen Sie später noch einmal.
how-not_licensed = Der Dienst gibt ohne weitere Lizenz keine Auskunft.
how-incomplete = Nur ein Teil war zu sehen. Was zu sehen war, ist in Ordnung; der Rest ist offen.
how-stale = Die Beobachtung ist zu alt. Prüfen Sie den Computer noch einmal.
how-malformed = Die Angabe war da, aber nicht zu verstehen. Ihr IT-Dienstleister kann die Datei ansehen.
how-not_collected = Bei dieser Visite hat niemand nachgesehen.

## Gruppen und Zeilen

urgency-urgent = dringend
urgency-act = handeln
urgency-occasion = bei Gelegenheit
group-urgent = DRINGEND
group-act = HANDELN
group-occasion = BEI GELEGENHEIT
group-accepted = RISIKO BEWUSST AKZEPTIERT
group-fixed = BEHOBEN
group-all-points = ALLE PUNKTE
label-why = Warum
label-do = Tun
label-where = Wo
label-evidence = Beleg
reopened-line = Diese Lücke war schon einmal geschlossen.
not-seen-again-line = Diesmal nicht nachgemessen ({ $reason }). Zuletzt gesehen: { $when }.
same-for-others = Für die anderen gilt dasselbe.
and-more = { $n ->
    [one] und 1 weiterer
   *[other] und { $n } weitere
}
seen = gesehen { $when }
accepted-line = Bis { $until } · { $by }: { $reason }
fixed-line = Gesehen { $when }
good-line = { $n ->
    [one] Gut: 1 Punkt
   *[other] Gut: { $n } Punkte
}
good-line-more = { $n ->
    [one] Gut: 1 Punkt ({ $command } -v zeigt ihn)
   *[other] Gut: { $n } Punkte ({ $command } -v zeigt sie)
}
not-applicable-line = Nicht zutreffend: { $n }
next-step = Nächster Schritt: { $step }. Danach noch einmal: { $command }
clean-line = Bisher keine Lücke gefunden. Geprüft: { $checked } von { $points } Punkten.
clean-line-accepted = Bisher keine offene Lücke gefunden. Geprüft: { $checked } von { $points } Punkten.
measures-line = { $n ->
    [one] 1 Maßnahme schließt { $findings } Feststellungen.
   *[other] { $n } Maßnahmen schließen { $findings } Feststellungen.
}
unchecked-list = Nicht geprüft: { $list }
nothing-checked = Noch nichts geprüft.
requirements-line = Anforderungen aus { $framework }, soweit berührt: { $list }
severity-pair = { $effective } (für sich genommen: { $own })

minutes = { $n ->
    [one] 1 Minute
   *[other] { $n } Minuten
}
hours = { $n ->
    [one] 1 Stunde
   *[other] { $n } Stunden
}
days = { $n ->
    [one] 1 Tag
   *[other] { $n } Tage
}
seconds = { $n ->
    [one] 1 Sekunde
   *[other] { $n } Sekunden
}
yes = ja
no = nein
empty = leer
unknown-because = unbekannt ({ $reason })

## Wörter mit fester Bedeutung

verdict-pass = gut
verdict-fail = Lücke
verdict-not_applicable = nicht zutreffend
verdict-unknown = nicht geprüft

reason-no_permission = Administratorrechte nötig
reason-tool_missing = Programm fehlt
reason-not_supported = hier nicht ablesbar
reason-timed_out = keine rechtzeitige Antwort
reason-not_licensed = Lizenz fehlt
reason-incomplete = nur zum Teil gesehen
reason-stale = veraltet
reason-malformed = nicht zu verstehen
reason-not_collected = noch nicht angesehen

severity-low = gering
severity-medium = mittel
severity-high = hoch
severity-critical = sehr hoch

confidence-low = ein Hinweis, erst nachsehen
confidence-medium = meist richtig
confidence-high = sicher abgelesen

area-backup = Datensicherung
area-network = Netzwerk
area-workplaces = Arbeitsplätze
area-accounts = Konten
area-updates = Updates
area-telematics = Telematik
area-team = Team
area-emergency = Notfall und Verträge

cost-free = kostenlos
cost-nothing-to-buy = ohne Anschaffung
cost-up_to_100 = bis 100 €
cost-up_to_1000 = bis 1.000 €
cost-above_1000 = über 1.000 €

doer-practice = Sie selbst
doer-provider = IT-Dienstleister

basis-measured = gemessen
basis-stated_by_practice = von Ihnen angegeben
basis-stated_by_provider = vom Dienstleister angegeben
basis-reference = aus dem Katalog

status-met = erfüllt
status-partly = teilweise erfüllt
status-not_met = noch nicht erfüllt
status-not_applicable = nicht zutreffend
status-unknown = noch nicht geprüft
status-accepted = Risiko bewusst akzeptiert
status-out_of_date = veraltet

kind-host = Computer
kind-device = Gerät
kind-service = Dienst
kind-account = Konto
kind-person = Person
kind-zone = Netzbereich
kind-tenant = Cloud-Mandant
kind-practice = Praxis

## Untersuchung eines Netzes

unchecked-no_permission-remote = { $n ->
    [one] 1 blieb offen, um Geräte zu schonen oder weil die Freigabe fehlt
   *[other] { $n } blieben offen, um Geräte zu schonen oder weil die Freigabe fehlt
}
unchecked-not_supported-remote = { $n ->
    [one] bei 1 verriet die Antwort nichts darüber
   *[other] bei { $n } verriet die Antwort nichts darüber
}
unchecked-not_collected-remote = { $n ->
    [one] 1 war nicht Teil dieser Untersuchung
   *[other] { $n } waren nicht Teil dieser Untersuchung
}
how-no_permission-remote = Das Gerät wurde geschont, oder die Freigabe deckt diese Frage nicht. Tragen Sie das Gerät mit seiner Art und den Freigaben in die Praxisdatei ein. Danach noch einmal: { $command }
how-not_supported-remote = Die Antworten des Geräts verraten darüber nichts. Ihr IT-Dienstleister kann am Gerät nachsehen.
how-incomplete-remote = Nur ein Teil der Dienste war zu sehen. Was zu sehen war, ist in Ordnung; der Rest ist offen.
how-stale-remote = Die Beobachtung ist zu alt. Untersuchen Sie das Netz noch einmal: { $command }
how-timed_out-remote = Einige Anfragen blieben ohne Antwort. Ein Filter oder ein Verlust kann der Grund sein. Untersuchen Sie das Netz noch einmal, auch von einem anderen Platz aus.
how-malformed-remote = Es kam eine Antwort, aber sie war nicht zu verstehen. Ihr IT-Dienstleister kann am Gerät nachsehen.
how-not_collected-remote = Das war nicht Teil dieser Untersuchung. Oft fehlt dafür eine Angabe in der Praxisdatei.
reason-no_permission-remote = Gerät geschont oder keine Freigabe
reason-not_supported-remote = aus den Antworten nicht abzulesen
reason-not_collected-remote = nicht Teil dieser Untersuchung

scan-aim-none = eingelesene Beobachtungen
scan-aim-network = Netz { $network }
scan-aim-networks = { $n } Netze
scan-aim-targets = { $n } Ziele
scan-devices = { $n ->
    [0] kein Gerät gesehen
    [one] 1 Gerät
   *[other] { $n } Geräte
}
scan-devices-unknown = { $n ->
    [one] 1 davon nicht erkannt
   *[other] { $n } davon nicht erkannt
}
scan-class-unknown = Art nicht erkannt
scan-https = Webdienst (HTTPS)
scan-with-tls = mit TLS
scan-service-unknown = nicht erkannt
scan-service-not-examined = nicht angesehen
scan-ports-not-examined = offen, nicht angesehen: { $ports }
scan-ports-unknown = offen, nicht erkannt: { $ports }
scan-also = auch über { $address }
scan-also-ports = auch über { $address }: { $ports }
scan-terms = Ein Punkt ist eine Prüfung an einem Gerät oder Dienst. Eine Feststellung ist eine Stelle, an der etwas zu tun ist.
scan-open-ports = { $n ->
    [one] 1 offener Port
   *[other] { $n } offene Ports
}
scan-at-devices = { $n ->
    [one] an 1 Gerät
   *[other] an { $n } Geräten
}
not-examined-device_class = Medizinische oder empfindliche Geräte: { $ports } { $devices }.
not-examined-unknown_device = Art des Geräts nicht bekannt: { $ports } { $devices }.
not-examined-unexpected_port = Kein bekannter Dienst zu erwarten: { $ports } { $devices }.
not-examined-not_recognised = Antwort nicht erkannt: { $ports } { $devices }.
not-examined-no_answer = Verbindung angenommen, aber keine Antwort: { $ports } { $devices }.
not-examined-stopped = Untersuchung vorher beendet: { $ports } { $devices }.
not-examined-too_much = Zu viele offene Ports, oder zu langsam: { $ports } { $devices }.
not-examined-ports_only = Nur nach offenen Ports gesucht: { $ports } { $devices }.
how-examined-device_class = Tragen Sie die Freigabe des Herstellers in die Praxisdatei ein (manufacturer_approval).
how-examined-unknown_device = Tragen Sie das Gerät mit seiner Art in die Praxisdatei ein (devices).
how-examined-unexpected_port = Untersuchen Sie nach der Sprechstunde noch einmal, mit --profile fast.
how-examined-not_recognised = Ihr IT-Dienstleister kann am Gerät nachsehen, welches Programm dort wartet.
how-examined-no_answer = Untersuchen Sie das Gerät später noch einmal. Schweigt es weiter, kann Ihr IT-Dienstleister nachsehen, was dort wartet.
how-examined-stopped = Lassen Sie die Untersuchung noch einmal bis zum Ende laufen.
how-examined-too_much = Ihr IT-Dienstleister kann nachsehen, warum dort fast jeder Port offen ist oder schweigt.
how-examined-ports_only = Ohne --ports-only sieht visite scan nach, welcher Dienst dort antwortet.
group-devices = GERÄTE
group-not-examined = NICHT ANGESEHEN
scan-unanswered = { $n ->
    [one] Ohne Antwort: 1 von { $asked } Anfragen { $devices }. Ob dort etwas offen ist, bleibt unbekannt.
   *[other] Ohne Antwort: { $n } von { $asked } Anfragen { $devices }. Ob dort etwas offen ist, bleibt unbekannt.
}
scan-guests = { $n ->
    [one] Gäste: 1 Gerät gezählt, sonst nichts gespeichert.
   *[other] Gäste: { $n } Geräte gezählt, sonst nichts gespeichert.
}
scan-left-out = { $n ->
    [one] Ausgenommen: 1 weiteres Gerät, denn es hat die Hardwareadresse eines ausgenommenen.
   *[other] Ausgenommen: { $n } weitere Geräte, denn sie haben die Hardwareadresse von ausgenommenen.
}
scan-beyond = { $n ->
    [one] Nicht untersucht: 1 Adresse. So viele hat weder ein Gerät noch ein Praxisnetz. Das Ergebnis ist unvollständig.
   *[other] Nicht untersucht: { $n } Adressen. So viele hat weder ein Gerät noch ein Praxisnetz. Das Ergebnis ist unvollständig.
}
scan-interrupted = Unterbrochen: Die Untersuchung endete vorzeitig. Geräte und Dienste können fehlen.
scan-no-devices = Kein Gerät hat geantwortet. Das heißt nicht, dass keines da ist.
scan-unfinished = nicht zu Ende untersucht
scan-allowed-by = Erlaubt von { $name }
scan-imported-only = Nichts gesendet: Die Beobachtungen stammen aus Dateien anderer Programme.
scan-release = Freigabe { $id }
scan-packets = { $n ->
    [0] nichts gesendet
    [one] 1 Paket in { $time }
   *[other] { $n } Pakete in { $time }
}
scan-profile = Profil { $profile }, angestrebt { $rate } Pakete je Sekunde
scan-logins = mit Anmeldeversuchen
scan-no-logins = ohne Anmeldeversuche
scan-none = keine
scan-label-targets = Ziele
scan-label-excluded = Ausgenommen
scan-label-from = Gemessen aus
scan-label-ports = Ports
scan-label-packets = Pakete
scan-label-dialogues = Gespräche
scan-label-silent = ohne Antwort: { $n } von { $asked } Ports
scan-label-versions = TLS-Versionen: { $versions }
scan-label-certificate = Zertifikat gültig bis { $until }
scan-label-new = neu
scan-label-gone = nicht mehr gesehen
scan-new-devices = { $n ->
    [one] 1 neues Gerät
   *[other] { $n } neue Geräte
}
scan-gone-devices = { $n ->
    [one] 1 Gerät nicht mehr gesehen
   *[other] { $n } Geräte nicht mehr gesehen
}
scan-opened = { $n ->
    [one] 1 neuer Dienst
   *[other] { $n } neue Dienste
}
scan-closed = { $n ->
    [one] 1 Dienst nicht mehr gesehen
   *[other] { $n } Dienste nicht mehr gesehen
}
scan-unchanged = keine Änderung gesehen
scan-since = Seit der letzten Visite ({ $when }): { $what }.
scan-not-compared = Die Dienste sind nicht verglichen: Damals wurden andere Ports gefragt.
profile-practice = Praxisbetrieb
profile-fast = schnell

## HTML-Bericht

html-title = Prüfbericht
html-draft = Prüfbericht (Entwurf)
html-confidential = Vertraulich · interne Ausgabe
html-skip = Zum Inhalt springen
html-last-visit = Letzte Visite: { $when }
html-contents = Inhalt
html-open-points = { $n ->
    [one] 1 offen
   *[other] { $n } offen
}
html-see = ansehen
html-sentence-urgent = { $count ->
    [one] Eine Lücke ist dringend.
   *[other] { $words } Lücken sind dringend.
}
html-sentence-act = { $count ->
    [one] Eine Lücke sollten Sie in den nächsten Wochen schließen.
   *[other] { $words } Lücken sollten Sie in den nächsten Wochen schließen.
}
html-sentence-occasion = { $count ->
    [one] Eine kleine Lücke hat Zeit bis zur nächsten Gelegenheit.
   *[other] { $words } kleine Lücken haben Zeit bis zur nächsten Gelegenheit.
}
html-sentence-clean = Bisher keine Lücke gefunden.
html-sentence-clean-accepted = Bisher keine offene Lücke gefunden.
html-sentence-nothing = Noch nichts geprüft.
html-further = { $n ->
    [one] Außerdem 1 weitere Lücke, die weniger eilig ist.
   *[other] Außerdem { $n } weitere Lücken, die weniger eilig sind.
}
html-first-steps = Damit fangen Sie an
html-same-kind = { $n ->
    [one] und 1 weitere dieser Art
   *[other] und { $n } weitere dieser Art
}
html-steps-more = { $n ->
    [one] Eine weitere Maßnahme steht unten.
   *[other] { $n } weitere Maßnahmen stehen unten.
}
html-places = { $n ->
    [one] 1 Stelle
   *[other] { $n } Stellen
}
html-details = Einzelheiten
html-areas = Bereiche
html-area = Bereich
html-state = Stand
html-checked = Geprüft
html-findings-count = { $n ->
    [one] 1 Lücke
   *[other] { $n } Lücken
}
html-of = { $checked } von { $points }
html-area-good = gut
html-area-good-so-far = gut, soweit geprüft
html-area-unknown = noch nicht geprüft
html-areas-note = Bereiche ohne Zahl waren nicht Teil dieser Visite.
html-area-accepted = Risiko bewusst akzeptiert
html-area-not-applicable = nicht zutreffend
map-title = Netzplan
map-lead = Räume sind Netzbereiche, Türen sind Wege. So stand es von dem Platz aus, an dem Visite gemessen hat.
map-see-devices = Alle Geräte als Tabelle
map-label = Plan mit { $n } Netzbereichen. Die Tabellen darunter sagen dasselbe.
map-room = Netzbereich
map-door = Tür
map-seen = Gesehen
map-nobody = kein Gerät gesehen
map-guests = { $n ->
    [one] 1 Gerät, nur gezählt
   *[other] { $n } Geräte, nur gezählt
}
door-here = Hier stand Visite
door-forbidden = Offen, nicht vorgesehen
door-wanted = Offen, wie vorgesehen
door-open = Offen
door-closed = Nichts offen gesehen
door-unmeasured = Nicht gemessen
door-services = { $n ->
    [one] 1 Dienst offen
   *[other] { $n } Dienste offen
}
door-witnesses = { $all ->
    [one] der 1 offene Dienst
   *[other] { $n } von { $all } offenen Diensten
}
html-devices = Geräte
html-device = Gerät
html-device-kind = Art
html-device-services = Offene Dienste
html-left-out = Nicht angesehen
html-record = Nachweis der Untersuchung
html-findings = Feststellungen
html-no-findings = Keine offene Feststellung.
html-do = Was zu tun ist
html-voice-owner = Für die Praxisleitung
html-voice-team = Für das Team
html-voice-provider = Für den IT-Dienstleister
html-steps = Schritte
html-script = Befehle
html-verify = Prüfen, ob es gewirkt hat
html-rollback = Zurück zum alten Stand
html-evidence = Belege
html-evidence-what = Beobachtung
html-evidence-value = Wert
html-evidence-when = Gesehen
html-evidence-source = Quelle
html-severity = Schwere
html-confidence = Sicherheit der Aussage
html-since = Erstmals gesehen
html-related = Berührte Anforderungen
html-id = Kennung
html-accepted = Bewusst akzeptierte Risiken
html-accepted-until = Akzeptiert bis { $until } durch { $by }
html-accepted-reason = Grund: { $reason }
html-fixed = Behoben
html-not-checked = Noch nicht geprüft
html-not-checked-lead = Diese Punkte zählen weder als gut noch als Lücke.
html-points = { $n ->
    [one] 1 Punkt
   *[other] { $n } Punkte
}
html-passed = Gut
html-passed-lead = Hier war alles, wie es sein soll.
html-not-applicable = Nicht zutreffend
html-requirements = Berührte Anforderungen
html-requirements-lead = Der Stand gibt nur wieder, was hier gemessen wurde. Maßgeblich ist der Wortlaut der Anforderung.
html-requirement = Nummer
html-requirement-judged = Beurteilt
html-subjects = Prüfobjekte
html-subject = Name
html-subject-kind = Art
html-subject-description = Beschreibung
html-subject-seen = Angesehen
html-duplicate = Vielleicht dasselbe wie: { $names }
html-about = Zu diesem Bericht
html-about-basis = Grundlage
html-about-basis-text = Gemessen auf den genannten Prüfobjekten. Angaben von Menschen sind als solche gekennzeichnet.
html-about-limits = Grenzen
html-about-limits-draft = Ein Computer allein zeigt nicht die ganze Praxis. Es fehlen der Geltungsbereich und die Befragung. Darum ist dies ein Entwurf.
html-about-limits-scan = Zu sehen ist, was Geräte über das Netz von sich zeigen, von einem Platz aus. Was nicht antwortete oder geschont wurde, bleibt offen.
html-about-limits-practice = Der Bericht sagt nur etwas über die Punkte, die geprüft wurden. Alles andere bleibt offen.
html-about-confidential = Vertraulichkeit
html-about-confidential-text = Der Bericht zeigt offene Lücken. Geben Sie ihn nur an Personen weiter, die sie schließen.
html-about-version = Programm
html-about-catalog = Katalog
html-about-replaced = Ersetzte Einträge
html-about-disabled = Abgeschaltete Einträge
html-about-round = Kennung der Visite
html-about-time-zone = Zeitzone
html-page = Seite
