// A picture to send: a glass of tea, drawn by the browser, opaque like a photo or on nothing like a sign. The scenes send
// it from both sides; nothing of it is ever compared.
const glass = async (width, height, photo) => {
  const canvas = new OffscreenCanvas(width, height), pen = canvas.getContext('2d'), scale = Math.min(width, height) / 100;
  const fill = (colours, from, to) => {
    const all = pen.createLinearGradient(0, from, 0, to);
    colours.forEach((colour, at) => all.addColorStop(at / (colours.length - 1), colour));
    return all;
  };
  if (photo) {
    pen.fillStyle = fill(['#f6d9b0', '#e9b98a', '#b9744f'], 0, height);
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = fill(['#8a4b33', '#5c2e22'], height * .78, height);
    pen.fillRect(0, height * .78, width, height);
  }
  pen.translate(width / 2, height / 2);
  pen.scale(scale, scale);
  pen.fillStyle = '#fff';
  pen.beginPath();
  pen.ellipse(0, 37, 30, 6, 0, 0, 7);
  pen.fill();
  pen.strokeStyle = '#c33b2f';
  pen.lineWidth = 1.2;
  pen.stroke();
  const body = top => {
    pen.beginPath();
    pen.moveTo(-15, top);
    pen.bezierCurveTo(-17, -12, -9, -4, -10, 4);
    pen.bezierCurveTo(-11, 14, -19, 20, -14, 34);
    pen.lineTo(14, 34);
    pen.bezierCurveTo(19, 20, 11, 14, 10, 4);
    pen.bezierCurveTo(9, -4, 17, -12, 15, top);
    pen.closePath();
  };
  pen.fillStyle = 'rgb(255 255 255 / .45)';
  body(-34);
  pen.fill();
  pen.fillStyle = fill(['#d9691e', '#b23a12', '#7d210c'], -26, 34);
  body(-25);
  pen.fill();
  pen.strokeStyle = '#d8a63a';
  pen.lineWidth = 1.4;
  pen.beginPath();
  pen.ellipse(0, -34, 15, 2.4, 0, 0, 7);
  pen.stroke();
  pen.strokeStyle = 'rgb(255 255 255 / .55)';
  pen.beginPath();
  pen.moveTo(-11, -20);
  pen.bezierCurveTo(-12, -12, -7, -4, -7, 4);
  pen.stroke();
  return canvas.convertToBlob({ type: photo ? 'image/jpeg' : 'image/png', quality: .85 });
};
