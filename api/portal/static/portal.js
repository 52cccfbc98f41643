// What the pages gain with JavaScript; each works without it.
"use strict";

(() => {
  const marco = document.querySelector("iframe[data-mapa]");
  const direccion = () => new URL(location.href);

  // The embedded map says where it was moved: the address of this page then is exactly that view.
  if (marco) {
    window.addEventListener("message", (evento) => {
      if (evento.origin !== location.origin || evento.source !== marco.contentWindow) return;
      const { observatorio, vista } = evento.data || {};
      if (observatorio !== "vista" || typeof vista !== "string") return;
      const nueva = direccion();
      nueva.searchParams.set("vista", vista);
      history.replaceState(null, "", nueva);
      const oculto = document.querySelector("input[name=vista]");
      if (oculto) {
        oculto.disabled = false;
        oculto.value = vista;
      }
      for (const enlace of document.querySelectorAll("a[data-vista]")) {
        const destino = new URL(enlace.href);
        destino.searchParams.set("vista", vista);
        enlace.href = destino;
      }
      for (const enlace of document.querySelectorAll("a[data-ingresar]")) {
        const destino = new URL(enlace.href);
        destino.searchParams.set("siguiente", location.pathname + location.search);
        enlace.href = destino;
      }
    });
  }

  for (const boton of document.querySelectorAll("[data-copiar]")) {
    if (!navigator.clipboard) continue;
    boton.hidden = false;
    boton.addEventListener("click", async () => {
      await navigator.clipboard.writeText(location.href);
      const antes = boton.textContent;
      boton.textContent = "Enlace copiado";
      setTimeout(() => (boton.textContent = antes), 2000);
    });
  }

  // Choosing a filter is asking for it; the button remains for whoever has no script.
  for (const formulario of document.querySelectorAll("form[data-al-cambiar]")) {
    // With the keyboard every arrow is a change: there, Enter or the button asks.
    let teclado = false;
    formulario.addEventListener("keydown", () => (teclado = true));
    formulario.addEventListener("pointerdown", () => (teclado = false));
    formulario.addEventListener("change", () => teclado || formulario.requestSubmit());
  }
})();
