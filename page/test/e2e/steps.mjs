// One line for each promise that is tested. After a failure the others are tried as well.

export const failures = [];

export async function step(what, test) {
  const begun = Date.now();
  try {
    await test();
    console.log(`ok - ${what} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failures.push(what);
    console.log(`not ok - ${what}\n${String(error.stack).replace(/^/gm, "    ")}`);
  }
}

// Asks again and again until the answer is true.
export async function until(what, ask, seconds) {
  const end = Date.now() + seconds * 1000;
  let answer;
  for (;;) {
    answer = await ask();
    if (answer === true) return;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}${answer === false ? "" : `: ${answer}`}`);
    await new Promise((go) => setTimeout(go, 100));
  }
}
