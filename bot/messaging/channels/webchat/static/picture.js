// A picture before it is sent: is it one, is it small enough; a large photo is made smaller here already.

const MAX_BYTES = 10 * 1024 * 1024;
const SHRINK_FROM = 3 * 1024 * 1024;
const MAX_SIDE = 2560;

// Returns { photo } or { problem } (a key of the page's words).
export async function prepare(file) {
  if (!file.type.startsWith("image/")) return { problem: "photo_only" };
  const photo = file.size > SHRINK_FROM && file.type !== "image/gif" ? await smaller(file) : file;
  return photo.size > MAX_BYTES ? { problem: "photo_too_large" } : { photo };
}

async function smaller(file) {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.86));
    return blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file; // the browser cannot read it: the desk will say what is wrong with it
  }
}
