# Was die Seiten von sich aus sagen. Feststellungen, Gründe und Maßnahmen kommen aus dem Katalog, gemeinsame Wörter aus
# dem Bericht. Sie-Form, kurze Sätze, der nächste Schritt wird genannt.

## Rahmen

account = Angemeldet als
logout = Abmelden
login = Anmelden
menu = Menü
search-label = Suchen
search-hint = Suchen (Taste /)
demo = Beispielpraxis: Alle Namen und Messwerte sind erfunden.
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
nav-import = Praxen einlesen
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
start-nothing = Richten Sie die Praxis in fünf kurzen Schritten ein. Danach sehen Sie das erste Ergebnis.
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
enrol-step-copy = Kopieren Sie diese Zeile.
enrol-step-run = Fügen Sie die Zeile auf dem Computer in ein Terminal ein. Das braucht Administratorrechte.
enrol-step-wait = Der Computer erscheint hier nach etwa einer Minute.
enrol-once = Die Zeile gilt einmal und bis { $when }. Sie wird nur jetzt gezeigt. Für „{ $name }“ können Sie jederzeit eine neue erzeugen.
enrol-title = Einen Computer verbinden
enrol-text = Visite beobachtet nur. Es ändert nichts am Computer und öffnet keinen Zugang von außen.
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
job-now = Stand
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
sockets-step-plug = Stecken Sie ein Notebook mit Visite an die Dose, und führen Sie dies aus:
sockets-step-note = Laden Sie die Ergebnisdatei hoch, oder lassen Sie das Ihren IT-Dienstleister tun.
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
practices-none-text = Lesen Sie Ihre Praxen aus einer Tabelle ein, oder bitten Sie eine Praxis um Zugang.
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
