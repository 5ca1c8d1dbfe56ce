// Passkeys: fetches the question, lets the browser ask the device, sends the answer. Without this file, password and
// codes work as they do with it.
"use strict";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    credentials: "same-origin",
    redirect: "error",
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    body: body === undefined ? "" : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer;
}

function questionForNewKey(question) {
  const publicKey = { ...question.publicKey ?? question };
  publicKey.challenge = toBytes(publicKey.challenge);
  publicKey.user = { ...publicKey.user, id: toBytes(publicKey.user.id) };
  publicKey.excludeCredentials = (publicKey.excludeCredentials ?? []).map((key) => ({ ...key, id: toBytes(key.id) }));
  return { publicKey };
}

function questionForKnownKey(question) {
  const publicKey = { ...question.publicKey ?? question };
  publicKey.challenge = toBytes(publicKey.challenge);
  publicKey.allowCredentials = (publicKey.allowCredentials ?? []).map((key) => ({ ...key, id: toBytes(key.id) }));
  return { publicKey };
}

function answerOfNewKey(key) {
  const response = key.response;
  return {
    ...answerOfKey(key),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      authenticatorData: toText(response.getAuthenticatorData()),
      publicKey: response.getPublicKey() === null ? null : toText(response.getPublicKey()),
      publicKeyAlgorithm: response.getPublicKeyAlgorithm(),
      transports: response.getTransports(),
    },
  };
}

function answerOfKnownKey(key) {
  const response = key.response;
  return {
    ...answerOfKey(key),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      userHandle: response.userHandle === null ? null : toText(response.userHandle),
    },
  };
}

function answerOfKey(key) {
  return {
    id: key.id,
    rawId: toText(key.rawId),
    type: key.type,
    authenticatorAttachment: key.authenticatorAttachment ?? null,
    clientExtensionResults: {},
  };
}

async function usePasskey(place) {
  const question = await (await post(place.dataset.passkey)).json();
  const isNew = (question.publicKey ?? question).user !== undefined;
  const key = isNew
    ? await navigator.credentials.create(questionForNewKey(question))
    : await navigator.credentials.get(questionForKnownKey(question));
  await post(place.dataset.answer, isNew ? answerOfNewKey(key) : answerOfKnownKey(key));
  location.assign(place.dataset.next);
}

if (window.PublicKeyCredential !== undefined) {
  for (const place of document.querySelectorAll("[data-passkey]")) {
    const button = place.querySelector("button");
    const status = place.querySelector("[role=status]");
    place.hidden = false;
    button.addEventListener("click", async () => {
      button.disabled = true;
      status.textContent = "";
      try {
        await usePasskey(place);
      } catch {
        status.textContent = status.dataset.failed;
        button.disabled = false;
      }
    });
  }
}
