"""Makes a token on the pages of a server that was just started, as its owner does, and fetches the description of its
interface. Ids in paths become those that the server has, and one that it has not: random ones would only be not found."""

import http.cookiejar
import json
import pathlib
import re
import sys
import time
import urllib.parse
import urllib.request

SECONDS = 150
work = pathlib.Path(sys.argv[1])


def wait_for(what, look):
    """What `look` finds, as soon as it finds something."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.5)
    sys.exit(f"error: {what} did not come within {SECONDS} seconds: {(work / 'log').read_text()}")


link = wait_for("the first link", lambda: re.search(r"http://localhost:\d+/\S+", (work / "log").read_text())).group()
address = "http://" + urllib.parse.urlsplit(link).netloc
cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
browser = urllib.request.build_opener(cookies)


def post(path, **fields):
    headers = {"Origin": address, "Accept-Language": "en"}
    body = urllib.parse.urlencode(fields).encode()
    return browser.open(urllib.request.Request(address + path, body, headers), timeout=20)


post(urllib.parse.urlsplit(link).path)
practice = re.search(r"/p/([^/?]+)", browser.open(address + "/", timeout=20).url).group(1)
schema = json.load(browser.open(address + "/api/v1/openapi.json", timeout=20))
scopes = sorted(set(re.findall(r"Scope `([a-z:]+)`", json.dumps(schema))))
page = post("/programs", name="schemathesis", days="30", **{scope: "on" for scope in scopes}).read().decode()
token = re.search(r"vst_[A-Za-z0-9_-]{43}", page).group()


def items(rest):
    headers = {"Authorization": f"Bearer {token}"}
    request = urllib.request.Request(f"{address}/api/v1/practices/{practice}/{rest}", headers=headers)
    return [item["id"] for item in json.load(urllib.request.urlopen(request, timeout=20))["items"]]


# The server looks at its own machine and judges that within the next minute.
wait_for("the first round", lambda: items("rounds"))
known = {
    "practice": [practice],
    "finding": items("findings")[:5],
    "device": items("devices")[:2],
    "round": items("rounds")[:2],
    "job": items("jobs")[:3],
    # Revoking the agent of this machine would end its rounds.
    "agent": [],
}
for path in schema["paths"].values():
    for operation in path.values():
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path":
                parameter["schema"]["enum"] = known[parameter["name"]] + ["nobody"]
(work / "token").write_text(token)
(work / "openapi.json").write_text(json.dumps(schema))
print(address)
