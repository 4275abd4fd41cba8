// On a phone the row is wider than the screen: the current tab is rolled into sight.
document.querySelector(".place-tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
