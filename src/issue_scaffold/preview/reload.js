// Asks the server that the page came from whether there is a newer one; it answers when there is.
(async () => {
  for (;;) {
    try {
      const answer = await fetch(`/changed?since=${document.documentElement.dataset.version}`);
      if ((await answer.text()) === "yes") {
        location.reload();
        return;
      }
    } catch {
      await new Promise((resolve) => { setTimeout(resolve, 1000); });
    }
  }
})();
