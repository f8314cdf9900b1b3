// Reads symbols with the camera or from a photo, types what they say into the form and sends it.
// The browser's own reader is used where there is one, else ZXing, which is fetched only then.
"use strict";
(() => {
  const form = document.getElementById("scan");
  const camera = document.getElementById("camera");
  const video = camera.querySelector("video");
  const said = camera.querySelector(".said");
  const photo = document.getElementById("photo");
  const formats = ["qr_code", "data_matrix", "code_128", "ean_13", "ean_8", "upc_a"];
  // More pixels take longer and show no more of a label that fills half of the picture.
  const largest = 1280;
  const say = (what) => { said.textContent = camera.dataset[what]; };
  let stream = null;
  let done = false;

  const script = (address) => new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = address;
    element.onload = resolve;
    element.onerror = reject;
    document.head.append(element);
  });
  const theirs = async () => {
    if (!("BarcodeDetector" in window)) return null;
    const supported = await BarcodeDetector.getSupportedFormats();
    if (!supported.includes("qr_code")) return null;
    const detector = new BarcodeDetector({ formats: formats.filter((each) => supported.includes(each)) });
    return async (source) => (await detector.detect(source))[0]?.rawValue;
  };
  const zxing = async () => {
    await script("/static/zxing.reader.js");
    ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => "/static/zxing.reader.wasm" } });
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    return async (source) => {
      const wide = source.videoWidth || source.width;
      const high = source.videoHeight || source.height;
      const scale = Math.min(1, largest / Math.max(wide, high));
      canvas.width = Math.round(wide * scale);
      canvas.height = Math.round(high * scale);
      context.drawImage(source, 0, 0, canvas.width, canvas.height);
      const picture = context.getImageData(0, 0, canvas.width, canvas.height);
      const asked = { formats: ["QRCode", "DataMatrix", "Code128", "EAN13", "EAN8", "UPCA"] };
      const read = await ZXingWASM.readBarcodes(picture, { ...asked, textMode: "Plain", maxNumberOfSymbols: 1 });
      const found = read.find((each) => each.isValid);
      // What begins with FNC1 is GS1's, which its text alone does not say.
      return found && (found.contentType === "GS1" ? found.symbologyIdentifier + found.text : found.text);
    };
  };
  let loading = null;
  const reader = () => (loading ??= theirs().then((own) => own ?? zxing()));

  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
  };
  const take = (text) => {
    done = true;
    stop();
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(60);
    form.elements.q.value = text;
    said.textContent = `${camera.dataset.found} ${text}`;
    form.requestSubmit();
  };
  const look = async (read) => {
    while (!done && stream) {
      const text = video.readyState >= 2 && !document.hidden ? await read(video) : "";
      if (text && !done && stream) take(text);
      else await new Promise((resolve) => { setTimeout(resolve, 120); });
    }
  };
  const start = async () => {
    // Browsers lend their camera only to pages that nobody could have changed on the way.
    if (!navigator.mediaDevices?.getUserMedia) return say("none");
    say("starting");
    try {
      const wanted = { facingMode: "environment", width: { ideal: largest } };
      stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    } catch (error) {
      return say(error.name === "NotAllowedError" ? "denied" : "none");
    }
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    say("looking");
    return look(await reader());
  };

  photo.addEventListener("change", async () => {
    if (!photo.files.length) return;
    const picture = await createImageBitmap(photo.files[0]);
    const text = await (await reader())(picture);
    picture.close();
    if (text) take(text);
    else say("unread");
    photo.value = "";
  });
  form.addEventListener("submit", stop);
  addEventListener("pagehide", stop);
  // Brought back with the camera off: begin anew.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  camera.hidden = false;
  // Where a choice is to be made, nobody holds up a label.
  if (!document.querySelector(".boxes")) start();
})();
