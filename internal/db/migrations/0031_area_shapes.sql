-- The edges of areas, where somebody has brought them along. What has none is found by its centre, approximately.
CREATE TABLE area_shapes (
    code    TEXT PRIMARY KEY,           -- of areas
    min_lat DOUBLE PRECISION NOT NULL,
    max_lat DOUBLE PRECISION NOT NULL,
    min_lon DOUBLE PRECISION NOT NULL,
    max_lon DOUBLE PRECISION NOT NULL,
    shape   TEXT NOT NULL               -- the coordinates of a GeoJSON MultiPolygon, WGS-84
);
