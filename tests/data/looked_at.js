// What is wrong with the page as it is shown now: one text for each fault.
(() => {
  const faults = [];
  const colour = (text) => {
    const found = text.match(/[\d.]+/g).map(Number);
    return found.length === 3 ? [...found, 1] : found;
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const over = (top, below) => below.map((v, i) => (i === 3 ? 1 : top[i] * top[3] + v * (1 - top[3])));
  const behind = (element) => {
    const box = element.closest("g") && element.closest("g").querySelector("rect");
    if (box) return colour(getComputedStyle(box).fill);
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(colour(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const width = document.documentElement.clientWidth;
  for (const element of document.querySelectorAll("body, body *")) {
    const style = getComputedStyle(element);
    const clips = style.overflowX !== "visible" || element === document.body;
    if (clips && element.scrollWidth > element.clientWidth + 1) faults.push(`clipped: ${element.tagName} ${element.className}`);
    for (const name of ["src", "href", "action", "data"]) {
      const value = element.getAttribute(name);
      if (value && !value.startsWith("#")) faults.push(`fetches ${value}`);
    }
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let texts = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || element.tagName === "TITLE" || !element.checkVisibility()) continue;
    texts += 1;
    const range = document.createRange();
    range.selectNodeContents(node);
    const words = node.textContent.trim().slice(0, 40);
    const svg = element.closest("svg");
    const ink = colour(svg ? getComputedStyle(element).fill : getComputedStyle(element).color);
    const found = contrast(ink, behind(element));
    if (found < 4.5) faults.push(`contrast ${found.toFixed(2)}: ${words}`);
    const frame = svg && element.closest("g") ? element.closest("g").querySelector("rect").getBoundingClientRect() : null;
    for (const rect of range.getClientRects()) {
      if (rect.left < -0.5 || rect.right > width + 0.5) faults.push(`beside the page: ${words}`);
      if (frame && (rect.left < frame.left || rect.right > frame.right || rect.bottom > frame.bottom + 1))
        faults.push(`out of its box: ${words}`);
      const cell = element.closest("td, th, pre");
      const room = cell && cell.getBoundingClientRect();
      if (room && (rect.left < room.left - 0.5 || rect.right > room.right + 0.5)) faults.push(`out of its cell: ${words}`);
    }
  }
  const boxes = [...document.querySelectorAll("svg g rect")].map((box) => box.getBoundingClientRect());
  boxes.forEach((a, i) =>
    boxes.slice(i + 1).forEach((b) => {
      if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) faults.push("a box on a box");
    }),
  );
  return { faults: [...new Set(faults)], texts, resources: performance.getEntriesByType("resource").length };
})();
