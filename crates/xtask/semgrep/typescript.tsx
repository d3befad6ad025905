// What the rules of typescript.yml find, and what they leave alone. Nothing compiles this.

// ruleid: markup-from-text
const Note = ({ text }: { text: string }) => <p dangerouslySetInnerHTML={{ __html: text }} />;
// ok: markup-from-text
const Plain = ({ text }: { text: string }) => <p>{text}</p>;

function show(element: HTMLElement, text: string) {
  // ruleid: markup-from-text
  element.innerHTML = text;
  // ok: markup-from-text
  element.textContent = text;
}

function run(text: string) {
  // ruleid: code-from-text
  eval(text);
  // ruleid: code-from-text
  new Function(text)();
  // ok: code-from-text
  JSON.parse(text);
}

function keep(value: string) {
  // ruleid: secret-in-the-browser
  localStorage.setItem("session-token", value);
  // ok: secret-in-the-browser
  localStorage.setItem("language", value);
}
