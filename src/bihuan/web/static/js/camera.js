// Reads QR codes with the phone's camera (jsQR loaded beside this file). The box [data-camera] holds a
// <video playsinline muted> and a <p>; it tells of each code by an event "code", and says why when it cannot.

import { say } from "./net.js";

const WIDTH = 480, BETWEEN = 150, SAME = 3000;
const canvas = document.createElement("canvas");
const board = canvas.getContext("2d", { willReadFrequently: true });

/** Start the camera of a box; false when there is none, and the page goes on by hand. */
export async function scan(box) {
  if (!navigator.mediaDevices?.getUserMedia) return off(box, isSecureContext ? "no_camera" : "no_https");
  const video = box.querySelector("video");
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch {
    return off(box, "no_camera");
  }
  await video.play();
  box.querySelector("p").textContent = say("aim");
  watch(box, video, { code: "", at: 0 });
  return true;
}

function off(box, why) {
  box.classList.add("dead");
  box.querySelector("video").hidden = true;
  box.querySelector("p").textContent = say(why);
  box.dispatchEvent(new CustomEvent("camera-off", { bubbles: true }));
  return false;
}

/** Look at a frame, tell of a code that is new, look again. */
function watch(box, video, last) {
  const code = document.hidden ? "" : read(video);
  const fresh = code && (code !== last.code || Date.now() - last.at > SAME);
  if (fresh) box.dispatchEvent(new CustomEvent("code", { detail: code, bubbles: true }));
  const seen = code ? { code, at: Date.now() } : last;
  if (box.isConnected) setTimeout(() => watch(box, video, seen), BETWEEN);
  else video.srcObject?.getTracks().forEach((track) => track.stop());
}

function read(video) {
  if (!video.videoWidth) return "";
  canvas.width = WIDTH;
  canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
  board.drawImage(video, 0, 0, canvas.width, canvas.height);
  const picture = board.getImageData(0, 0, canvas.width, canvas.height);
  return globalThis.jsQR(picture.data, picture.width, picture.height, { inversionAttempts: "dontInvert" })?.data ?? "";
}

for (const box of document.querySelectorAll("[data-camera]")) scan(box);
