# Was die Seiten von sich aus sagen. Feststellungen, Gründe und Maßnahmen kommen aus dem Katalog, gemeinsame Wörter aus
# dem Bericht. Sie-Form, kurze Sätze, der nächste Schritt wird genannt.

## Rahmen

account = Angemeldet als
logout = Abmelden
login = Anmelden
menu = Menü
search-label = Suchen
search-hint = Suchen (Taste /)
demo = Demo: Die Messwerte sind aufgezeichnet, die Namen erfunden. Beim Beenden wird alles gelöscht.
above-label = Übergeordnete Seiten
nav-label = Seiten
nav-open = offen
nav-start = Übersicht
nav-measures = Maßnahmen
nav-practice = Praxisnetz
nav-sockets = Netzwerkdosen
nav-proof = Nachweise
nav-rounds = Visiten
nav-checks = Prüfpunkte
nav-requirements = Anforderungen
nav-work = Betrieb
nav-agents = Verbundene Computer
nav-jobs = Vorgänge
nav-people = Menschen und Rollen
nav-settings = Einstellungen
nav-audit = Protokoll
nav-provider = Dienstleister
nav-practices = Alle Praxen
nav-policies = Regeln
nav-import = Praxen anlegen
nav-branding = Ihr Auftritt
table-export = Als Tabelle herunterladen (CSV)
copy = Kopieren
copied = Kopiert
filter-label = Liste eingrenzen
filter-apply = Anwenden
filter-reset = Zurücksetzen
filter-word = Suchwort
filter-nothing = Nichts gefunden, das dazu passt.
filter-nothing-text = Wählen Sie weniger aus, oder setzen Sie die Auswahl zurück.
sort = Reihenfolge
pager-label = Weitere Seiten der Liste
pager = Seite { $page } von { $pages }
pager-back = Zurück
pager-on = Weiter

## Nach einer Handlung

done-accepted = Das Risiko ist bewusst akzeptiert. Visite erinnert Sie, bevor die Frist endet.
done-withdrawn = Die Feststellung ist wieder offen.
done-assigned = Die Zuständigkeit ist gespeichert.
done-recheck = Visite misst nach, sobald der Computer das nächste Mal verbunden ist.
done-scan = Die Untersuchung beginnt. Sie können die Seite schließen und später wiederkommen.
done-round = Die Visite läuft. Sie können die Seite schließen und später wiederkommen.
done-revoked = Die Verbindung ist beendet. Was gemessen wurde, bleibt erhalten.
done-saved = Gespeichert.
done-released = Die Freigabe ist gespeichert. Das Netz wird bei der nächsten Visite untersucht.
done-release-ended = Die Freigabe ist beendet. Dieses Netz wird nicht mehr untersucht.
done-cancelled = Der Vorgang endet nach dem Schritt, an dem er gerade ist.
done-imported = Die Praxen sind angelegt.
done-exception = Die Ausnahme ist gespeichert.
done-setup = Die Einrichtung ist abgeschlossen.

## Übersicht

start-setup = Praxis einrichten
start-not-set-up = Sagen Sie Visite in fünf kurzen Schritten, um welche Praxis es geht. Davon hängt ab, was für Sie gilt.
start-nothing = Richten Sie die Praxis in fünf kurzen Schritten ein. Das erste Ergebnis erscheint, sobald ein Computer gemessen ist.
start-reached = { $reached } von { $known } Geräten erreicht
start-see-open = Offene Punkte ansehen
start-running = Eine Visite läuft gerade.
start-running-see = Fortschritt ansehen
start-measures-more = { $n ->
    [one] Eine weitere Maßnahme ansehen
   *[other] { $n } weitere Maßnahmen ansehen
}
order = Auftrag an IT-Dienstleister
recheck = Erledigt, bitte nachmessen
trend-title = Verlauf ({ $n } Visiten)
trend-label = Offene Lücken je Visite: zuerst { $before }, zuletzt { $now }. Die Tabelle darunter nennt alle Zahlen.
trend-table = Verlauf als Tabelle
round-when = Visite
next-title = Nächste Visite
next-round = Beginnt { $when }.
next-none = Es ist keine geplant. Legen Sie die Zeiten in den Einstellungen fest.
round-now = Jetzt Visite machen

## Feststellungen

finding = Feststellung
first-seen = Erstmals gesehen
assigned-to = Zuständig
urgency = Dringlichkeit
state-accepted = Risiko bewusst akzeptiert
state-fixed = behoben
state-no-gap = keine Lücke gesehen
findings-count = { $n ->
    [one] 1 Feststellung
   *[other] { $n } Feststellungen
}
findings-none-text = Geprüft: { $checked } von { $points } Punkten. Was nicht geprüft ist, kann noch Lücken haben.
filter-every-area = Alle Bereiche
filter-every-urgency = Jede
filter-every-device = Alle Geräte
filter-open = Offen
filter-all = Alle
filter-anybody = Alle
filter-mine = Ich
filter-nobody = Noch niemand
sort-urgency = Dringendste zuerst
sort-newest = Neueste zuerst
sort-oldest = Älteste zuerst
sort-device = Nach Gerät
finding-seen = Was gesehen wurde
finding-means = Was das bedeutet
finding-history = Verlauf
finding-decide = Entscheiden und zuordnen
finding-last-seen = Zuletzt gesehen
event-opened = Erstmals gesehen
event-accepted = Risiko bewusst akzeptiert
event-withdrawn = Akzeptanz beendet
event-assigned = Zuständigkeit geändert
event-fixed = Behoben gesehen
event-reopened = Wieder gesehen
accept-title = Risiko akzeptieren
accept-text = Manche Lücke lässt sich nicht sofort schließen. Halten Sie fest, warum sie bleiben darf und bis wann.
accept-reason = Grund
accept-until = Letzter Tag
accept-do = Bewusst akzeptieren
accept-withdraw = Akzeptanz beenden
assign-title = Zuständig
assign-nobody = Niemand
assign-do = Zuordnen
todo-roles = Wer was tut
assign-who = Person
check = Prüfpunkt
measure = Maßnahme

## Auftrag

order-print = Drucken Sie dieses Blatt, oder speichern Sie es als PDF. Geben Sie es nur an Ihren IT-Dienstleister.
order-why = Worum es geht
order-done = Erledigt
order-done-by = Datum, Name, Anmerkungen

## Geräte

devices-count = { $n ->
    [one] 1 Gerät
   *[other] { $n } Geräte
}
devices-none = Noch kein Gerät bekannt.
devices-none-text = Verbinden Sie den ersten Computer. Das dauert etwa zwei Minuten.
devices-how = Beobachtet
devices-all = Auf jede Weise
devices-agent = Durch Visite auf dem Computer
devices-network = Über das Netzwerk
sort-name = Nach Namen
sort-seen = Am längsten nicht gesehen
device-seen = Zuletzt gesehen
device-open = Offene Feststellungen
device-not-judged = Die letzte Visite hat dieses Gerät nicht beurteilt. Zuletzt gesehen: { $when }. Gibt es das Gerät nicht mehr, ist nichts zu tun; sonst zeigt es sich bei der nächsten Visite.
device-kept = Was dazu festgestellt war
device-closed = Akzeptiert oder behoben
device-about = Zu diesem Gerät
device-address = Adresse
device-mac = Hardware-Adresse
device-by-agent = gemessen durch Visite auf dem Computer
device-by-network = über das Netzwerk gemessen
agent = Verbindung
help-no_permission = Ihr IT-Dienstleister kann das Lesen freigeben.
help-tool_missing = Ihr IT-Dienstleister kann das Programm einspielen.
help-not_supported = Ihr IT-Dienstleister kann von Hand nachsehen.
help-timed_out = Visite versucht es beim nächsten Mal wieder.
help-not_licensed = Fragen Sie den Anbieter des Dienstes nach der Lizenz.
help-incomplete = Was zu sehen war, ist in Ordnung. Der Rest ist offen.
help-stale = Schalten Sie das Gerät ein, und warten Sie die nächste Visite ab.
help-malformed = Ihr IT-Dienstleister kann die Angabe am Gerät ansehen.
help-not_collected = Verbinden Sie den Computer, oder geben Sie das Netz zur Untersuchung frei.

## Verbundene Computer

agents-add = Computer verbinden
agents-none = Noch kein Computer ist verbunden.
agents-none-text = Verbinden Sie zuerst den Server der Praxis, dann die Arbeitsplätze.
agent-computer = Computer
agent-active = verbunden
agent-silent = meldet sich nicht
agent-revoked = Verbindung beendet
agent-last-seen = Zuletzt gemeldet
agent-certificate = Zertifikat gültig bis
agent-medical = gehört zu einem Medizingerät
agent-gap = Beobachtungen fehlen: Der Computer war zu lange ohne Verbindung
enrol-made = Verbinden Sie jetzt „{ $name }“
enrol-step-program = Kopieren Sie das Programm visite auf den Computer, nach /usr/local/bin.
enrol-step-copy = Kopieren Sie diese Zeile.
enrol-step-run = Fügen Sie die Zeile auf dem Computer in ein Terminal ein. Das braucht Administratorrechte.
enrol-step-wait = Der Computer erscheint hier nach etwa einer Minute.
enrol-once = Die Zeile gilt einmal und bis { $when }. Sie wird nur jetzt gezeigt. Für „{ $name }“ können Sie jederzeit eine neue erzeugen.
enrol-title = Einen Computer verbinden
enrol-text = Visite beobachtet nur. Es ändert nichts am Computer und öffnet keinen Zugang von außen.
enrol-unreachable = Noch erreichen andere Computer diesen Server nicht. Legen Sie Passwort und zweiten Nachweis fest, und starten Sie ihn dann so, mit dem Namen dieses Computers im Praxisnetz:
enrol-name = Name des Computers
enrol-name-help = So, wie Sie ihn in der Praxis nennen, zum Beispiel „Anmeldung 1“.
enrol-medical = Der Computer gehört zu einem Medizingerät
enrol-medical-help = Dann braucht es zuerst die Zustimmung des Herstellers. Fragen Sie ihn, bevor Sie die Zeile ausführen.
enrol-do = Zeile erzeugen
enrol-waiting = Erzeugt und noch nicht benutzt
enrol-until = Gilt bis { $when }
revoke-title = Eine Verbindung beenden
revoke-text = Danach nimmt Visite nichts mehr von diesem Computer an. Beenden Sie die Verbindung, wenn er verloren ging oder ausgemustert ist.
revoke-do = Beenden

## Suche

search-title = Suche nach „{ $word }“
search-nothing = Nichts gefunden.
search-nothing-text = Suchen Sie nach einem Gerät, einer Feststellung oder einem Prüfpunkt.
search-more = { $n ->
    [one] Und ein weiterer Treffer. Suchen Sie genauer.
   *[other] Und { $n } weitere Treffer. Suchen Sie genauer.
}

## Wenn etwas nicht geht

error-home = Zur Übersicht
error-mark = Kennung für Ihren IT-Dienstleister:
error-number = Meldung { $n }
error-bad = Das hat Visite nicht verstanden
error-bad-text = Eine Angabe fehlt oder passt nicht. Gehen Sie zurück, und prüfen Sie Ihre Eingaben.
error-signed-out = Ihre Anmeldung ist abgelaufen
error-signed-out-text = Melden Sie sich noch einmal an. Gespeichertes ist noch da.
error-forbidden = Das ist für Ihre Rolle nicht freigegeben
error-forbidden-text = Fragen Sie die Praxisleitung, ob sie Ihnen den Zugang gibt.
error-missing = Diese Seite gibt es nicht
error-missing-text = Vielleicht ist der Link veraltet, oder die Feststellung wurde gelöscht. Suchen Sie danach, oder beginnen Sie bei der Übersicht.
error-large = Die Datei ist zu groß
error-large-text = Teilen Sie die Datei, und laden Sie die Teile nacheinander hoch.
error-many = Das war zu oft in kurzer Zeit
error-many-text = Warten Sie eine Minute, und versuchen Sie es dann noch einmal.
error-internal = Das hat nicht funktioniert
error-internal-text = Der Fehler liegt bei Visite, nicht bei Ihnen. Versuchen Sie es noch einmal. Bleibt er, dann nennen Sie Ihrem IT-Dienstleister die Kennung.
error-store = Visite erreicht seine Daten gerade nicht
error-store-text = Nichts ist verloren. Versuchen Sie es in einer Minute noch einmal. Bleibt es dabei, soll Ihr IT-Dienstleister nach der Datenbank sehen.

## Maßnahmen

measures-none = Zurzeit ist nichts zu tun.
measures-none-text = Jede offene Feststellung bringt eine Maßnahme mit. Im Augenblick ist keine offen.
measures-lead = Oben steht, was am meisten hilft. Beginnen Sie dort.
measure-who = Wer
measure-effort = Aufwand
measure-cost = Kosten
measure-closes = Schließt
measure-closed = Zu dieser Maßnahme ist keine Feststellung mehr offen.

## Visiten

rounds-none = Noch keine Visite.
rounds-none-text = Verbinden Sie einen Computer. Die erste Visite beginnt dann von selbst.
rounds-all = Alle Visiten
compare-choose = Zwei Visiten vergleichen
compare-from = Frühere
compare-to = Spätere
compare-do = Vergleichen
compare-title = Zwei Visiten im Vergleich
compare-unchanged = { $n ->
    [one] 1 Feststellung ist unverändert offen.
   *[other] { $n } Feststellungen sind unverändert offen.
}
compare-new = Neu
compare-new-none = Keine neue Feststellung.
compare-fixed = Behoben
compare-fixed-none = Nichts davon.
compare-changed = Verändert
compare-changed-none = Keine Feststellung hat sich verändert.
compare-accepted = Bewusst akzeptiert
compare-not-measured = Diesmal nicht nachgemessen
compare-before = Vorher: { $title }
compare-new-devices = Neue Geräte
compare-gone-devices = Nicht mehr gesehene Geräte

## Vorgänge

job = Vorgang
job-waiting = wartet
job-running = läuft
job-done = fertig
job-failed = nicht gelungen
job-cancelled = abgebrochen
job-since = Beginn
job-finished = Ende
job-now = Gerade
job-by = Veranlasst von
job-planned = Zeitplan
job-progress = Fortschritt
job-steps = { $done } von { $all } Schritten
job-left = Noch etwa { $time }.
job-leave = Sie können diese Seite schließen. Der Vorgang läuft weiter, und Sie finden ihn unter „Vorgänge“ wieder.
job-reload = Stand neu laden
job-cancel = Abbrechen
job-see = Ergebnis ansehen
jobs-none = Noch kein Vorgang.
jobs-none-text = Visiten und Untersuchungen erscheinen hier, sobald sie beginnen.

## Netzplan und Dosen

network-none = Das Netz ist noch nicht untersucht.
network-none-text = Geben Sie zuerst frei, welches Netz untersucht werden darf. Medizingeräte werden dabei geschont.
network-release = Netz freigeben
network-releases = Was untersucht werden darf
network-releases-text = Visite sucht in diesen Netzen nach Geräten und offenen Diensten. Das geschieht schonend und kann über eine Stunde dauern. Sie können die Seite solange schließen.
network-releases-none = Gerade ist kein Netz freigegeben.
network-scan = Jetzt untersuchen
network-running = Läuft gerade: ansehen
network-when = Gemessen { $when }.
network-zones = Netzbereiche
socket = Dose
socket-room = Raum
socket-measured = Gemessen
socket-wanted = führt dorthin, wohin sie soll
socket-forbidden = führt ins falsche Netz
socket-dead = nicht angeschlossen
sockets-none = Noch keine Netzwerkdose gemessen.
sockets-none-text = Dosen im Wartezimmer oder auf dem Flur führen oft unbemerkt ins Praxisnetz. Messen Sie diese zuerst.
sockets-how = So messen Sie eine Dose
sockets-step-label = Schreiben Sie die Nummer der Dose auf. Fehlt eine, kleben Sie eine an.
sockets-step-plug = Stecken Sie ein Notebook mit Visite an die Dose. Setzen Sie Ihren Namen für die Erlaubnis ein, und führen Sie dies aus:
sockets-step-note = Sehen Sie in der Liste den Server oder einen Arbeitsplatz? Dann führt die Dose ins Praxisnetz. Notieren Sie das; hier eintragen kann Visite es noch nicht.
sockets-quick = Dose unbenutzt? Dann geht es schneller: Ziehen Sie ihr Kabel im Verteilerschrank ab. Das kostet nichts.

## Prüfpunkte und Anforderungen

checks-lead = Jeder Prüfpunkt wird für jedes Gerät beurteilt, auf das er zutrifft.
check-verdict = Ergebnis
check-any = Jedes
check-why = Warum das wichtig ist
check-results = Ergebnis je Gerät
check-reason = Grund und Abhilfe
check-nowhere = Dieser Punkt trifft auf kein bekanntes Gerät zu.
check-about = Zu diesem Prüfpunkt
requirement = Anforderung
requirement-modality = Verbindlichkeit
modality-must = muss
modality-should = soll
requirements-apply = Für Ihre Praxis gelten { $n } von { $all } Anforderungen.
requirements-every = Alle
requirements-framework = Quelle
requirements-applying = Was für Ihre Praxis gilt

## Einstellungen

save = Speichern
until = bis { $day }
settings-parts = Teile dieser Seite
settings-practice = Ihre Praxis
settings-practice-text = Davon hängt ab, welche Anforderungen für Sie gelten.
settings-times = Zeiten der Visiten
settings-times-text = Computer messen beim Einschalten. Diese Zeiten gelten zusätzlich.
settings-lunch = Mittagspause
settings-lunch-help = Dann wird das freigegebene Netz untersucht, langsam und ohne Medizingeräte zu fragen.
settings-night = Nachts, nur Server
settings-night-help = Wählen Sie eine Zeit außerhalb der Datensicherung.
settings-release = Freigaben zur Untersuchung
settings-release-text = Visite untersucht nur Netze, die Sie freigeben. Fremde und gemietete Geräte brauchen die Zustimmung ihrer Eigentümer.
settings-alerts = Benachrichtigungen
settings-alerts-text = Eine E-Mail je Anlass: Datensicherung überfällig, Virenschutz aus, Computer meldet sich nicht, neues Administratorkonto, etwas läuft ab, unbekanntes Gerät in einem geschützten Bereich.
settings-mail = E-Mail-Adressen
settings-mail-help = Mehrere trennen Sie durch Kommas. Leer heißt: keine Benachrichtigung.
settings-access = Zugang Ihres IT-Dienstleisters
settings-access-text = Sie geben den Zugang und können ihn jederzeit beenden.
access-end = Zugang beenden
access-none = Zurzeit hat kein IT-Dienstleister Zugang.
release-networks = Netze
release-networks-help = Zum Beispiel 192.168.10.0/24. Mehrere trennen Sie durch Kommas.
release-owner = Wem gehören Netz und Geräte?
release-owner-help = Nennen Sie auch Vermieter und Mitnutzer.
release-confirm = Ich darf diese Untersuchung erlauben.
release-confirm-help = Ihr Name und der Zeitpunkt werden festgehalten.
release-do = Freigeben

## Einrichtung

setup-title = Praxis einrichten
setup-step = Schritt { $n } von { $all }
setup-on = Weiter
setup-later = Später freigeben
setup-name = Wie heißt Ihre Praxis?
setup-name-help = Der Name steht auf Berichten und Aufträgen.
setup-size = Wie viele Personen verarbeiten ständig Patientendaten?
size-small = Bis 5
size-small-help = Eine kleine Praxis. Für sie gelten die wenigsten Anforderungen.
size-medium = 6 bis 20
size-medium-help = Eine mittlere Praxis
size-large = Mehr als 20
size-large-help = Eine große Praxis, ein MVZ oder eine Praxis mit umfangreicher Datenverarbeitung
setup-telematics = Wie ist die Praxis an die Telematikinfrastruktur angeschlossen?
ti-parallel = Parallel
ti-parallel-help = Der Konnektor steht neben dem Praxisnetz. Das Netz schützt sich selbst.
ti-series = In Reihe
ti-series-help = Das ganze Praxisnetz liegt hinter dem Konnektor.
ti-gateway = Über ein TI-Gateway
ti-gateway-help = Der Konnektor steht beim Anbieter im Rechenzentrum.
ti-none = Gar nicht
setup-care = Wer kümmert sich um Ihre Computer?
care-provider = Ein IT-Dienstleister
care-provider-help = Aufträge werden für ihn geschrieben.
care-practice = Jemand in der Praxis
care-practice-help = Maßnahmen werden Schritt für Schritt erklärt.
care-both = Beide
setup-release = Visite kann das Praxisnetz untersuchen und zeigen, welche Geräte und offenen Türen es gibt. Es fragt langsam und schont Medizingeräte.
setup-networks = Dieser Computer steht im Netz { $networks }.
setup-done = Die Praxis ist eingerichtet
setup-done-text = Visite misst diesen Computer schon. So geht es weiter:
setup-next-see = Sehen Sie das erste Ergebnis an.
setup-next-connect = Verbinden Sie den Server und die Arbeitsplätze.
setup-next-login = Legen Sie Ihr Passwort und einen zweiten Nachweis fest. Erst danach ist Visite von anderen Computern aus erreichbar.

## Protokoll

audit-lead = Jede Handlung steht hier mit Zeit und Person. Einträge lassen sich nicht unbemerkt ändern.
audit-number = Nr.
audit-when = Zeit
audit-who = Wer
audit-what = Was
audit-whole = Lückenlos bis Eintrag { $n }
audit-broken = Die Kette bricht bei Eintrag { $n }. Fragen Sie Ihren IT-Dienstleister, was dort geändert wurde.
audit-older = Ältere Einträge

## Dienstleister

practice = Praxis
practices-count = { $n ->
    [one] 1 Praxis.
   *[other] { $n } Praxen.
}
practices-urgent = { $n ->
    [0] Keine hat eine dringende Lücke.
    [one] 1 davon hat eine dringende Lücke.
   *[other] { $n } davon haben dringende Lücken.
}
practices-none = Noch keine Praxis.
practices-none-text = Legen Sie Ihre Praxen an, oder bitten Sie eine Praxis um Zugang.
practice-silent = Ohne Meldung
practice-last = Letzte Visite
practice-never = noch keine
sort-round = Am längsten ohne Visite
policies-lead = Regeln gelten für alle Praxen, die Sie betreuen. Ausnahmen haben einen Grund und ein Ende.
policy-value = Gilt
policy-exceptions = Ausnahmen
policy-except = Ausnahme hinzufügen
import-text = Eine Zeile je Praxis, die Spalten durch Semikolon getrennt. So sieht die Datei aus:
import-example =
    Name;Ort;Größe
    Praxis Dr. Beispiel;Hamburg;klein
    MVZ Musterstadt;Musterstadt;groß
import-file = Datei
import-file-help = CSV in UTF-8, höchstens 1 MB
import-look = Datei ansehen
import-line = Zeile
import-place = Ort
import-size = Größe
import-good = kann angelegt werden
import-count = { $n ->
    [one] 1 Praxis kann angelegt werden.
   *[other] { $n } Praxen können angelegt werden.
}
import-bad = { $n ->
    [one] 1 Zeile bleibt liegen.
   *[other] { $n } Zeilen bleiben liegen.
}
import-do = { $n ->
    [one] 1 Praxis anlegen
   *[other] { $n } Praxen anlegen
}
import-other = Andere Datei
branding-lead = Ihr Name und Ihre Telefonnummer stehen auf jeder Seite und auf jedem Auftrag. So finden Praxen Hilfe.
branding-name = Name
branding-phone = Telefon
branding-phone-help = Die Nummer, unter der Praxen im Notfall jemanden erreichen.
branding-mail = E-Mail
branding-logo = Logo
branding-logo-help = PNG, höchstens 200 KB. Es erscheint 28 Pixel hoch.

## Regeln, Team und Server

policy-end = Ausnahme beenden
done-tried = Die Probe ist verschickt. Sehen Sie in Ihrem Postfach nach.
done-left = Der Zugang ist beendet, auch zu allen Praxen.
done-created = Die Praxis ist angelegt. Laden Sie jetzt ihre Leitung ein.
nav-team = Ihr Team
nav-server = Dieser Server
nav-certificate = Zertifikat
nav-mail = Mailserver
nav-service = Anmeldedienst
import-one = Eine Praxis
import-many = Viele aus einer Tabelle
import-name = Name der Praxis
import-one-do = Praxis anlegen
import-size-open = Noch offen
setup-provider = Sie betreuen als IT-Dienstleister mehrere Praxen?
setup-provider-text = Dann legen Sie die Praxen danach an. Visite untersucht diesen Computer nicht weiter, und jeder Zugang braucht einen zweiten Nachweis.
setup-provider-confirm = Was Visite bisher über diesen Computer gemessen hat, wird gelöscht.
setup-provider-do = Als IT-Dienstleister einrichten
team-lead = Wer hier steht, meldet sich mit zweitem Nachweis an. Welche Praxen jemand sieht, entscheiden die Praxen.
team-name = Name
team-email = E-Mail-Adresse
team-role = Rolle
team-practices = Praxen
team-change = Ändern
team-waiting = noch nicht angemeldet
team-end = Zugang beenden
team-link = Link für { $name }
team-link-text = Geben Sie ihn persönlich weiter. Er gilt einmal und 3 Tage lang. Visite zeigt ihn nur jetzt.
team-invite = Jemanden dazuholen
team-invite-text = Neue Kolleginnen und Kollegen sehen die Praxen, die Sie leiten, so lange wie Sie selbst.
team-invite-do = Link erstellen
mail-lead = Über diesen Server verschickt Visite Alarme. Wer sie bekommt, steht in den Einstellungen der Praxis.
mail-host = Name des Mailservers
mail-host-help = Zum Beispiel smtp.anbieter.example. Ihr Mailanbieter nennt ihn unter „Postausgang“.
mail-security = Verschlüsselung
mail-tls = TLS
mail-tls-help = Verschlüsselt von Anfang an, meist Port 465
mail-starttls = STARTTLS
mail-starttls-help = Verschlüsselt nach der Begrüßung, meist Port 587. Ohne Verschlüsselung wird nichts verschickt.
mail-none = Keine
mail-none-help = Nur für einen Mailserver auf diesem Computer
mail-port = Port
mail-port-help = Leer lassen, wenn der übliche gilt.
mail-from = Absender
mail-from-help = Eine Adresse, die Ihr Mailanbieter zulässt, zum Beispiel Visite <visite@praxis.example>.
mail-user = Benutzername
mail-user-help = Leer lassen, wenn keine Anmeldung nötig ist.
mail-password = Passwort
mail-password-help = Visite speichert es verschlüsselt und zeigt es nie wieder an.
mail-password-kept = Ein Passwort ist gespeichert. Lassen Sie das Feld leer, dann bleibt es.
mail-password-forget = Gespeichertes Passwort vergessen
mail-try = Ausprobieren
mail-try-text = Visite schickt eine Nachricht an { $to }.
mail-try-do = Probe verschicken
mail-remove = Mailserver entfernen

service-lead = Hat Ihre Praxis oder Firma schon Konten, zum Beispiel bei Microsoft Entra ID oder in Keycloak? Dann können sich alle damit bei Visite anmelden.
service-who = Wer hinein darf, entscheiden weiterhin Sie: mit einer Einladung, oder wenn jemand sein Konto unter „Ihr Konto“ verbindet. Eine gleiche E-Mail-Adresse genügt nicht.
service-back = Was der Anmeldedienst von Ihnen braucht
service-back-help = Tragen Sie diese Adresse dort als Weiterleitungsadresse (Redirect-URI, Typ „Web“) ein:
service-entries = Was Visite vom Anmeldedienst braucht
service-issuer = Adresse des Anmeldedienstes (Issuer)
service-issuer-help = Microsoft: https://login.microsoftonline.com/ mit der Mandanten-ID und /v2.0. Keycloak: https://, Name des Servers, /realms/ und Name des Realms.
service-client = Client-ID
service-client-help = Microsoft nennt sie „Anwendungs-ID (Client)“.
service-secret = Geheimnis des Clients
service-secret-help = Bei Microsoft der „Wert“, nicht die ID. Visite speichert es verschlüsselt und zeigt es nie wieder an.
service-secret-kept = Ein Geheimnis ist gespeichert. Lassen Sie das Feld leer, dann bleibt es, solange Adresse und Client-ID gleich bleiben.
service-label-de = Beschriftung der Taste, deutsch
service-label-help = Zum Beispiel „Mit Microsoft anmelden“.
service-label-en = Beschriftung der Taste, englisch
service-label-en-help = Zum Beispiel „Sign in with Microsoft“.
service-factor = Wert für den zweiten Nachweis
service-factor-help = Meist leer: Visite fragt dann selbst nach Code oder Passkey. Steht hier ein Wert, etwa „mfa“, und nennt ihn der Dienst in „amr“ oder „acr“, zählt das als zweiter Nachweis.
service-certificate = Eigenes Stammzertifikat
service-certificate-help = Nur für einen Dienst im eigenen Haus, dessen Zertifikat Ihr Betriebssystem nicht kennt: der Text ab „-----BEGIN CERTIFICATE-----“. Dann gilt allein dieses.
service-save = Prüfen und speichern
service-remove = Nicht mehr verwenden
service-linked =
    { $n ->
        [0] Noch niemand hat sein Konto verbunden.
        [one] Eine Person hat ihr Konto verbunden.
       *[other] { $n } Personen haben ihr Konto verbunden.
    }
service-remove-text = Danach meldet sich niemand mehr auf diesem Weg an. Wer kein Passwort hat, braucht einen neuen Link.
service-remove-do = Anmeldedienst entfernen
ca-lead = Damit andere Computer diesem Server ohne Warnung vertrauen, brauchen sie einmal sein Zertifikat. Das dauert etwa fünf Minuten je Computer.
ca-given = Dieser Server hat ein eigenes Zertifikat, dem andere Computer schon vertrauen. Öffnen Sie dort { $address }.
ca-not-reachable = Noch ist Visite nur von diesem Computer aus erreichbar. Die Seite „Verbundene Computer“ einer Praxis zeigt, wie Sie es starten, damit andere es erreichen.
ca-fetch = Zertifikat holen
ca-fetch-text = Laden Sie es auf diesem Computer herunter, und bringen Sie es auf einem USB-Stick auf die anderen. Es ist nicht geheim.
ca-download = Zertifikat herunterladen
ca-compare = Fingerabdruck vergleichen
ca-compare-text = Vergleichen Sie auf dem anderen Computer den Fingerabdruck (SHA-256) mit diesem. Stimmt er nicht überein, brechen Sie ab.
ca-import = Zertifikat eintragen
ca-import-text = Wählen Sie das System des anderen Computers.
ca-phone = Telefon und Tablet
ca-windows-1 = Doppelklicken Sie auf die Datei visite-ca.crt, und wählen Sie „Zertifikat installieren“.
ca-windows-2 = Wählen Sie „Lokaler Computer“. Dafür brauchen Sie Administratorrechte.
ca-windows-3 = Wählen Sie „Alle Zertifikate in folgendem Speicher speichern“ und dann „Vertrauenswürdige Stammzertifizierungsstellen“.
ca-windows-4 = In einer Domäne verteilt Ihr IT-Dienstleister das Zertifikat mit einer Gruppenrichtlinie an alle Computer.
ca-macos-1 = Doppelklicken Sie auf die Datei. Die Schlüsselbundverwaltung öffnet sich.
ca-macos-2 = Wählen Sie den Schlüsselbund „System“.
ca-macos-3 = Öffnen Sie dort das Zertifikat „Visite“, und wählen Sie unter „Vertrauen“ für SSL „Immer vertrauen“.
ca-linux-1 = Debian, Ubuntu: Kopieren Sie die Datei nach /usr/local/share/ca-certificates/, und rufen Sie sudo update-ca-certificates auf.
ca-linux-2 = Fedora, Red Hat: Kopieren Sie sie nach /etc/pki/ca-trust/source/anchors/, und rufen Sie sudo update-ca-trust auf.
ca-firefox-1 = Öffnen Sie Einstellungen, „Datenschutz & Sicherheit“, „Zertifikate anzeigen“.
ca-firefox-2 = Wählen Sie unter „Zertifizierungsstellen“ „Importieren“ und die Datei.
ca-firefox-3 = Kreuzen Sie „Dieser CA vertrauen, um Websites zu identifizieren“ an.
ca-phone-1 = Schicken Sie die Datei auf das Gerät, und öffnen Sie sie.
ca-phone-2 = iPhone und iPad: Installieren Sie das Profil in den Einstellungen, und schalten Sie es unter Allgemein, Info, „Zertifikatsvertrauenseinstellungen“ ein.
ca-phone-3 = Android: Wählen Sie in den Einstellungen unter Sicherheit „CA-Zertifikat installieren“.
ca-open = Visite öffnen
ca-open-text = Öffnen Sie auf dem anderen Computer { $address }. Der Browser zeigt jetzt keine Warnung mehr.

## Programme

programs-title = Programme
programs-lead = Andere Programme, zum Beispiel ein Ticketsystem, können über die Schnittstelle lesen und handeln. Jedes bekommt einen eigenen Zugang.
programs-lead-overall = Diese Zugänge gelten für alle Praxen, in denen Sie eine Rolle haben. Endet Ihre Rolle in einer Praxis, endet dort auch der Zugang.
programs-none = Noch kein Programm hat einen Zugang
programs-none-text = Legen Sie unten einen an, wenn ein Programm Visite benutzen soll.
programs-name = Programm
programs-name-help = Wofür der Zugang ist, zum Beispiel „Ticketsystem“.
programs-scopes = Was es darf
programs-by = Angelegt von
programs-expires = Gilt bis
programs-ended = abgelaufen
programs-used = Zuletzt benutzt
programs-never = noch nie
programs-made = Zugang für „{ $name }“
programs-made-text = Tragen Sie diesen Schlüssel in das Programm ein:
programs-once = Visite zeigt den Schlüssel nur jetzt. Wer ihn hat, darf, was Sie ausgewählt haben. Geben Sie ihn nicht per E-Mail weiter.
programs-make = Einen Zugang anlegen
programs-make-text = Wählen Sie nur aus, was das Programm braucht. Es darf nie mehr als Sie selbst.
programs-lasts = Gültigkeit
programs-days = { $n } Tage
programs-do = Zugang anlegen
programs-end = Einen Zugang beenden
programs-end-text = Das Programm kann danach sofort nichts mehr lesen oder ändern.
programs-overall = Zugänge für alle Praxen
settings-programs-text = Andere Programme können Feststellungen lesen und bearbeiten, wenn Sie es erlauben.
settings-programs-do = Zugänge ansehen
done-token-ended = Der Zugang ist beendet.
scope-practices-read = Praxen auflisten, mit Zahlen
scope-findings-read = Feststellungen und Maßnahmen lesen
scope-findings-write = Feststellungen akzeptieren und zuweisen
scope-devices-read = Geräte auflisten
scope-facts-read = Messwerte der Geräte lesen, auch Namen von Konten
scope-checks-read = Prüfpunkte und Anforderungen lesen
scope-rounds-read = Visiten und Vorgänge lesen
scope-rounds-write = Visiten beginnen und Vorgänge abbrechen
scope-agents-read = Verbundene Computer auflisten
scope-agents-write = Computer verbinden und Verbindungen beenden
scope-audit-read = Protokoll lesen
scope-metrics = Kennzahlen des Servers lesen
hooks-title = Benachrichtigungen an Programme
hooks-text = Visite meldet einer Adresse, was geschieht. Die Nachrichten sind vor Fälschung geschützt und enthalten keine Namen.
hooks-made = Adresse { $address }
hooks-made-text = Mit diesem Geheimnis prüft das Programm, dass Nachrichten von Visite kommen:
hooks-once = Visite zeigt das Geheimnis nur jetzt.
hooks-test = Ausprobieren
hooks-remove = Entfernen
hooks-address = Adresse
hooks-address-help = Sie beginnt mit https:// und liegt im Internet. Adressen im eigenen Netz erlaubt, wer die Installation betreut.
hooks-events = Worüber
hooks-do = Adresse anlegen
hooks-private = Auch Adressen im eigenen Netz
hooks-private-help = Erlauben Sie das nur, wenn alle, die Adressen eintragen, das Netz dieses Servers erreichen dürfen.
hook-finding-opened = Neue Feststellungen
hook-finding-fixed = Geschlossene Feststellungen
hook-finding-accepted = Akzeptierte Risiken
hook-round-finished = Abgeschlossene Visiten
hook-agent-silent = Computer, die nicht mehr berichten
done-hook-tested = Die Nachricht ist unterwegs. Hier steht, ob sie angekommen ist.
done-hook-removed = Die Adresse ist entfernt.
