// Opens the pages in a folder and asserts that they can be read: nothing fails to load, nothing runs over, the plot has a size, and text stands
// out from its ground in light and in dark. Leaves a screenshot of each beside it.
"use strict";
const assert = require("node:assert");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");

const folder = path.resolve(process.argv[2]);
const PAGES = { "coverage.html": { plot: false }, "bench.html": { plot: true }, "against.html": { plot: true } };
const SCREENS = { wide: { width: 1200, height: 900 }, narrow: { width: 390, height: 800 } };
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"];

// What the page looks like, measured inside of it.
function measure() {
    const colour = (text) => text.match(/[\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => {
        const part = (c) => ((c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    };
    const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const found = colour(getComputedStyle(at).backgroundColor);
            if (found.length < 4 || found[3] > 0) return found;
        }
        return [255, 255, 255];
    };
    const contrast = (element) => {
        const style = getComputedStyle(element);
        const text = colour(element.namespaceURI.endsWith("svg") ? style.fill : style.color);
        const [light, dark] = [luminance(text), luminance(ground(element))].sort((a, b) => b - a);
        return (light + 0.05) / (dark + 0.05);
    };
    const texts = [...document.querySelectorAll("h1, h2, p, li, td, th, mark, figcaption span, svg text")];
    const visible = texts.filter((element) => element.textContent.trim() && element.getClientRects().length);
    const faint = visible.map((element) => [contrast(element), element.textContent.trim().slice(0, 40)]);
    const plot = document.querySelector("figure > svg");
    const frame = plot && plot.getBoundingClientRect();
    const inside = (box) => box.left >= frame.left - 1 && box.right <= frame.right + 1
        && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
    const labels = plot ? [...plot.querySelectorAll("text")] : [];
    const boxes = labels.map((label) => [label.textContent, label.getBoundingClientRect()]);
    const clash = ([, a], [, b]) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    return {
        title: document.title,
        texts: visible.length,
        faintest: faint.sort(([a], [b]) => a - b)[0],
        overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        plot: frame && { width: frame.width, height: frame.height },
        labels: labels.length,
        letters: plot ? Math.min(...labels.map((label) => label.getBoundingClientRect().height)) : 0,
        tallest: Math.max(...[...document.querySelectorAll("td")].map((cell) => cell.getBoundingClientRect().height)),
        outside: boxes.filter(([, box]) => !inside(box)).map(([text]) => text),
        clashing: boxes.flatMap((a, at) => boxes.slice(at + 1).filter((b) => clash(a, b)).map((b) => `${a[0]} and ${b[0]}`)),
        curves: plot ? [...plot.querySelectorAll("polyline")].map((curve) => curve.getTotalLength()) : [],
    };
}

(async () => {
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: FLAGS });
    for (const [name, expected] of Object.entries(PAGES)) {
        for (const colorScheme of ["light", "dark"]) {
            for (const [screen, viewport] of Object.entries(SCREENS)) {
                const page = await browser.newPage({ viewport, colorScheme });
                const complaints = [];
                page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
                page.on("pageerror", (error) => complaints.push(String(error)));
                page.on("request", (request) => !/^(file|data):/.test(request.url()) && complaints.push(`loads ${request.url()}`));
                await page.goto(pathToFileURL(path.join(folder, name)).href);
                const what = `${name}, ${colorScheme}, ${screen}`;
                const found = await page.evaluate(measure);
                await page.screenshot({ path: path.join(folder, `${name}.${colorScheme}.${screen}.png`), fullPage: true });
                assert.deepStrictEqual(complaints, [], what);
                assert.ok(found.title && found.texts > 10, `${what}: ${found.texts} texts`);
                assert.ok(found.overflow <= 0, `${what}: the page is ${found.overflow} px too wide`);
                assert.ok(found.faintest[0] >= 4.5, `${what}: "${found.faintest[1]}" has a contrast of ${found.faintest[0].toFixed(2)}`);
                assert.ok(found.tallest < 220, `${what}: a cell is ${found.tallest} px tall, so its text stands on end`);
                if (expected.plot) {
                    assert.ok(found.letters >= 10, `${what}: letters of ${found.letters} px in the plot`);
                    assert.ok(found.plot && found.plot.width > 250 && found.plot.height > 100, `${what}: ${JSON.stringify(found.plot)}`);
                    assert.ok(found.labels >= 6 && found.curves.length >= 3, `${what}: ${found.labels} labels`);
                    assert.ok(found.curves.every((length) => length > 50), `${what}: ${found.curves}`);
                    assert.deepStrictEqual(found.outside, [], `${what}: labels outside of the plot`);
                    assert.deepStrictEqual(found.clashing, [], `${what}: labels over each other`);
                }
                await page.close();
            }
        }
    }
    await browser.close();
    console.log(`${Object.keys(PAGES).length} pages can be read in light and in dark, wide and narrow`);
})().catch((error) => {
    console.error(error);
    process.exit(1);
});
