"""Maps: what each shows (`definitions/`), where its figures come from (`layers`), and its Folium page (`render`)."""
