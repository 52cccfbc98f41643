// Draws the data of a map over the page that Folium wrote: clusters, points or hexagons, with their popups and legend.
// A classic script and not a module, because browsers refuse modules in pages that are opened from a disk.
// Text that came from a file is only ever set with textContent.
"use strict";

(() => {
  const numero = new Intl.NumberFormat("es-CL");
  const decimal = new Intl.NumberFormat("es-CL", { maximumFractionDigits: 1 });
  const PAPEL = "#ffffff";
  const TINTA = "#1c2b33";
  const RESERVADO = "#c9d1d4";

  const crear = (etiqueta, clase, texto) => {
    const nodo = document.createElement(etiqueta);
    if (clase) nodo.className = clase;
    if (texto !== undefined && texto !== null) nodo.textContent = String(texto);
    return nodo;
  };

  const ficha = (titulo, pares, nota) => {
    const caja = crear("div", "ficha");
    caja.append(crear("strong", "ficha-titulo", titulo));
    const lista = crear("dl", "ficha-datos");
    for (const [nombre, valor] of pares) {
      if (valor === null || valor === undefined || valor === "") continue;
      lista.append(crear("dt", "", nombre), crear("dd", "", valor));
    }
    caja.append(lista);
    if (nota) caja.append(crear("p", "ficha-nota", nota));
    return caja;
  };

  const plural = (n) => `${numero.format(n)} ${n === 1 ? "establecimiento" : "establecimientos"}`;

  // A disc with its number and, around it, a ring that shares it out among colours.
  const Grupo = L.CircleMarker.extend({
    _updatePath() {
      if (!this._renderer._drawing || this._empty()) return;
      const ctx = this._renderer._ctx;
      const { x, y } = this._point;
      const r = this._radius;
      let angulo = -Math.PI / 2;
      for (const [color, parte] of this.options.partes) {
        const giro = parte * Math.PI * 2;
        ctx.beginPath();
        ctx.moveTo(x, y);
        ctx.arc(x, y, r, angulo, angulo + giro);
        ctx.fillStyle = color;
        ctx.fill();
        angulo += giro;
      }
      ctx.beginPath();
      ctx.arc(x, y, r - Math.max(4, r * 0.24), 0, Math.PI * 2);
      ctx.fillStyle = PAPEL;
      ctx.fill();
      ctx.fillStyle = TINTA;
      ctx.font = `600 ${r > 22 ? 13 : 11}px system-ui, sans-serif`;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillText(numero.format(this.options.n), x, y + 0.5);
    },
  });

  // A polygon with diagonal lines over its fill: what is reserved must not pass for a low figure.
  const Rayado = L.Polygon.extend({
    _updatePath() {
      L.Polygon.prototype._updatePath.call(this);
      if (!this._renderer._drawing || !this._parts.length) return;
      const ctx = this._renderer._ctx;
      const b = this._pxBounds;
      ctx.save();
      ctx.beginPath();
      for (const anillo of this._parts) {
        anillo.forEach((p, i) => (i ? ctx.lineTo(p.x, p.y) : ctx.moveTo(p.x, p.y)));
        ctx.closePath();
      }
      ctx.clip();
      ctx.beginPath();
      const alto = b.max.y - b.min.y;
      for (let x = Math.floor((b.min.x - alto) / 7) * 7; x < b.max.x; x += 7) {
        ctx.moveTo(x, b.max.y);
        ctx.lineTo(x + alto, b.min.y);
      }
      ctx.strokeStyle = "#7d8a90";
      ctx.lineWidth = 1;
      ctx.stroke();
      ctx.restore();
    },
  });

  const lienzo = L.canvas({ padding: 0.3, tolerance: 3 });

  class Mapa {
    constructor(mapa, config) {
      this.mapa = mapa;
      this.config = config;
      this.caja = mapa.getContainer();
      this.capa = L.layerGroup().addTo(mapa);
      this.aviso = document.getElementById("aviso");
      this.leyenda = document.getElementById("leyenda");
      this.pedido = null;
      this.filtros = new URLSearchParams(location.search);
      this.vista = this.filtros.get("vista");
      this.filtros.delete("vista");
    }

    iniciar() {
      const { mapa, caja } = this;
      // The page around it already says that the data are synthetic.
      if (window.parent !== window) {
        document.body.classList.add("incrustado");
        mapa.invalidateSize({ pan: false });
      }
      caja.setAttribute("role", "application");
      caja.setAttribute("aria-label", `${this.config.titulo}: mapa. Sus cifras están en la tabla de la página.`);
      L.control.zoom({ zoomInTitle: "Acercar", zoomOutTitle: "Alejar" }).addTo(mapa);
      L.control.scale({ imperial: false }).addTo(mapa);
      if (mapa.attributionControl) mapa.attributionControl.setPrefix("Leaflet");
      const vista = this.leerVista();
      if (vista) mapa.setView(vista.lugar, vista.zoom, { animate: false });
      this.enlazarPagina();
      mapa.on("moveend", () => this.mover());
      this.pedir();
    }

    // A view that no map has is no view: the map opens where it would without one.
    leerVista() {
      const partes = /^(\d{1,2})\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/.exec(this.vista || "");
      if (!partes) return null;
      const [zoom, lat, lon] = partes.slice(1).map(Number);
      const cabe = zoom >= this.mapa.getMinZoom() && zoom <= this.mapa.getMaxZoom();
      return cabe && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { zoom, lugar: [lat, lon] } : null;
    }

    // Standing alone, the map leads back to its page with the same filters and the same view.
    enlazarPagina() {
      const enlace = document.getElementById("volver");
      if (enlace) enlace.search = location.search;
    }

    mover() {
      const c = this.mapa.getCenter();
      const vista = `${this.mapa.getZoom()}/${c.lat.toFixed(5)}/${c.lng.toFixed(5)}`;
      if (location.protocol !== "file:") {
        if (window.parent !== window) {
          window.parent.postMessage({ observatorio: "vista", vista }, location.origin);
        } else {
          const nueva = new URL(location.href);
          nueva.searchParams.set("vista", vista);
          history.replaceState(null, "", nueva);
          this.enlazarPagina();
        }
      }
      if (this.config.tipo === "puntos") this.pedir();
    }

    zoom() {
      return Math.round(this.mapa.getZoom());
    }

    async pedir() {
      if (this.pedido) this.pedido.abort();
      const pedido = (this.pedido = new AbortController());
      this.marcar("cargando", "Cargando…");
      try {
        const respuesta = await this.datos(pedido.signal);
        if (pedido.signal.aborted) return;
        this.dibujar(respuesta);
      } catch (error) {
        if (error.name === "AbortError") return;
        const sinPermiso = ["401", "403"].includes(error.message);
        this.marcar(
          "error",
          sinPermiso
            ? "Estos filtros necesitan una clave: ingrese en la página del mapa."
            : "No se pudieron leer los datos del mapa. La tabla de la página tiene las mismas cifras.",
        );
      }
    }

    async datos(signal) {
      if (window.OBSERVATORIO_DATOS) return this.guardados(window.OBSERVATORIO_DATOS);
      const consulta = new URLSearchParams(this.filtros);
      if (this.config.tipo === "puntos") {
        const b = this.mapa.getBounds();
        const borde = [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map((g) => g.toFixed(6));
        consulta.set("bbox", borde.join(","));
        consulta.set("zoom", this.zoom());
      }
      const respuesta = await fetch(`${this.config.datos}?${consulta}`, { signal, credentials: "same-origin" });
      if (!respuesta.ok) throw new Error(String(respuesta.status));
      return respuesta.json();
    }

    // A page on a disk has no server to ask: its data file holds one answer for each zoom.
    guardados(todo) {
      if (this.config.tipo !== "puntos") return todo;
      const zooms = Object.keys(todo.zooms).map(Number).sort((a, b) => a - b);
      const zoom = zooms.filter((z) => z <= this.zoom()).pop() ?? zooms[0];
      return todo.zooms[zoom];
    }

    dibujar({ meta, datos }) {
      this.capa.clearLayers();
      this.meta = meta;
      const pintar = { grupos: this.grupos, puntos: this.puntos, hexagonos: this.hexagonos }[meta.modo];
      const total = pintar.call(this, datos.features);
      this.caja.dataset.figuras = datos.features.length;
      this.caja.dataset.total = total;
      this.caja.dataset.modo = meta.modo;
      this.caja.dataset.zoom = this.zoom();
      this.dibujarLeyenda();
      this.marcar("listo", meta.aviso || (datos.features.length ? "" : "No hay nada que mostrar aquí con estos filtros."));
    }

    marcar(estado, texto) {
      this.caja.dataset.estado = estado;
      if (this.aviso) {
        this.aviso.textContent = texto;
        this.aviso.hidden = !texto;
      }
    }

    color(seccion) {
      const familia = this.meta.leyenda.find((f) => f.secciones.includes(seccion));
      return familia ? familia.color : RESERVADO;
    }

    grupos(rasgos) {
      let total = 0;
      this.presentes = new Set();
      for (const rasgo of rasgos) {
        const { n, s } = rasgo.properties;
        for (const seccion of Object.keys(s)) this.presentes.add(seccion);
        total += n;
        const partes = this.meta.leyenda
          .map((f) => [f.color, f.secciones.reduce((suma, c) => suma + (s[c] || 0), 0) / n])
          .filter(([, parte]) => parte > 0);
        const [lon, lat] = rasgo.geometry.coordinates;
        const radio = Math.min(29, 11.5 + Math.sqrt(n));
        const grupo = new Grupo([lat, lon], { renderer: lienzo, radius: radio, partes, n });
        grupo.on("click", () => this.abrirGrupo(grupo.getLatLng(), n, s));
        this.capa.addLayer(grupo);
      }
      return total;
    }

    abrirGrupo(lugar, n, s) {
      const orden = Object.entries(s).sort((a, b) => b[1] - a[1]);
      const pares = orden.slice(0, 6).map(([c, k]) => [this.meta.secciones[c] || c, numero.format(k)]);
      const resto = orden.slice(6).reduce((suma, [, k]) => suma + k, 0);
      if (resto) pares.push(["Otros sectores", numero.format(resto)]);
      const caja = ficha(plural(n), pares);
      if (this.zoom() < this.mapa.getMaxZoom()) {
        const boton = crear("button", "boton boton-menor", "Acercar aquí");
        boton.type = "button";
        boton.addEventListener("click", () => {
          this.mapa.closePopup();
          this.mapa.setView(lugar, Math.min(this.zoom() + 2, this.mapa.getMaxZoom()));
        });
        caja.append(boton);
      }
      L.popup({ maxWidth: 320, autoPanPadding: [12, 12] }).setLatLng(lugar).setContent(caja).openOn(this.mapa);
    }

    puntos(rasgos) {
      this.vecinos = [];
      this.presentes = new Set(rasgos.map((r) => r.properties.seccion || "sin_dato"));
      for (const rasgo of rasgos) {
        const [lon, lat] = rasgo.geometry.coordinates;
        const punto = L.circleMarker([lat, lon], {
          renderer: lienzo,
          radius: 7,
          weight: 1.5,
          color: PAPEL,
          fillColor: this.color(rasgo.properties.seccion || "sin_dato"),
          fillOpacity: 0.95,
        });
        punto.on("click", () => this.abrirPuntos(punto.getLatLng()));
        this.vecinos.push([L.latLng(lat, lon), rasgo.properties]);
        this.capa.addLayer(punto);
      }
      return rasgos.length;
    }

    // Many businesses share a door: the popup lists all that lie under the finger, the nearest first.
    abrirPuntos(lugar) {
      const aqui = this.mapa.latLngToContainerPoint(lugar);
      const cerca = this.vecinos
        .map(([donde, datos]) => [this.mapa.latLngToContainerPoint(donde).distanceTo(aqui), datos])
        .filter(([lejos]) => lejos <= 7)
        .sort((a, b) => a[0] - b[0]);
      const caja = crear("div", "fichas");
      if (cerca.length > 1) caja.append(crear("p", "ficha-cuenta", `${plural(cerca.length)} en este punto`));
      for (const [, d] of cerca.slice(0, 40)) {
        caja.append(
          ficha(d.nombre || "Sin nombre público", [
            ["Sector", this.meta.secciones[d.seccion || "sin_dato"]],
            ["Tamaño", this.meta.palabras[d.tamano]],
            ["Formalidad", this.meta.palabras[d.formalidad]],
            ["Dirección", d.direccion],
            ["Identificador", d.id],
          ]),
        );
      }
      L.popup({ maxWidth: 320, maxHeight: 280, autoPanPadding: [12, 12] }).setLatLng(lugar).setContent(caja).openOn(this.mapa);
    }

    hexagonos(rasgos) {
      let total = 0;
      for (const rasgo of rasgos) {
        const cifra = this.meta.cifras[rasgo.properties.zona];
        const reservado = cifra.clase === null;
        total += cifra.n || 0;
        const anillos = rasgo.geometry.coordinates.map((p) => p.map((a) => a.map(([x, y]) => [y, x])));
        const Forma = cifra.estado === "reservado" ? Rayado : L.Polygon;
        const celda = new Forma(anillos, {
          renderer: lienzo,
          weight: 1,
          color: "#5d6b72",
          opacity: 0.55,
          fillColor: reservado ? RESERVADO : this.meta.clases[cifra.clase].color,
          fillOpacity: reservado ? 0.45 : 0.82,
        });
        celda.on("click", (e) => this.abrirCelda(e.latlng, cifra));
        this.capa.addLayer(celda);
      }
      this.caja.dataset.reservadas = this.meta.reservadas;
      return total;
    }

    abrirCelda(lugar, cifra) {
      const caja = ficha(
        `${this.meta.indicador}: ${cifra.texto}`,
        [
          ["Establecimientos con dato", cifra.n === null ? null : numero.format(cifra.n)],
          ["Cobertura", cifra.cobertura === null ? null : `${decimal.format(cifra.cobertura * 100)} %`],
          ["Año", this.meta.anio],
          ["Zona", cifra.nombre],
        ],
        cifra.estado === "reservado" ? this.meta.nota_reservado : this.meta.nota,
      );
      L.popup({ maxWidth: 300, autoPanPadding: [12, 12] }).setLatLng(lugar).setContent(caja).openOn(this.mapa);
    }

    dibujarLeyenda() {
      if (!this.leyenda) return;
      const { meta } = this;
      const lista = crear("ul", "leyenda-lista");
      const fila = (color, texto, clase) => {
        const item = crear("li");
        const muestra = document.createElementNS("http://www.w3.org/2000/svg", "svg");
        muestra.setAttribute("class", `muestra ${clase || ""}`);
        muestra.setAttribute("viewBox", "0 0 16 16");
        muestra.setAttribute("aria-hidden", "true");
        const forma = document.createElementNS("http://www.w3.org/2000/svg", meta.modo === "hexagonos" ? "polygon" : "circle");
        const medidas = meta.modo === "hexagonos" ? { points: "8,0.5 14.5,4.2 14.5,11.8 8,15.5 1.5,11.8 1.5,4.2" } : { cx: 8, cy: 8, r: 7 };
        for (const [n, v] of Object.entries({ ...medidas, fill: color })) forma.setAttribute(n, v);
        muestra.append(forma);
        if (clase === "rayada") {
          const rayas = document.createElementNS("http://www.w3.org/2000/svg", "path");
          rayas.setAttribute("d", "M3 13 L13 3 M2 8.5 L8 2.5 M8 14 L14 8");
          rayas.setAttribute("stroke", "#6b787e");
          muestra.append(rayas);
        }
        item.append(muestra, crear("span", "", texto));
        lista.append(item);
      };
      if (meta.modo === "hexagonos") {
        for (const clase of meta.clases) fila(clase.color, `${clase.texto} (${numero.format(clase.celdas)})`);
        if (meta.reservadas) fila(RESERVADO, `Reservado (${numero.format(meta.reservadas)})`, "rayada");
        if (meta.sin_dato) fila(RESERVADO, `Sin dato (${numero.format(meta.sin_dato)})`);
      } else {
        for (const familia of meta.leyenda) {
          if (familia.secciones.some((s) => this.presentes.has(s))) fila(familia.color, familia.nombre);
        }
      }
      // On a narrow screen the legend would cover the map: there it begins folded.
      const abierta = this.leyenda.querySelector("details")?.open ?? !matchMedia("(max-width: 560px)").matches;
      const plegable = crear("details");
      plegable.open = abierta;
      plegable.append(crear("summary", "leyenda-titulo", meta.titulo_leyenda), lista);
      this.leyenda.replaceChildren(plegable);
      this.leyenda.hidden = !lista.childElementCount;
    }
  }

  window.observatorioMapa = (mapa, config) => new Mapa(mapa, config).iniciar();
})();
