//! Places on the globe.

use crate::cmd::entry::{Entry, Reply, entry};

const PLACES: &str = "list; with withdist, withhash or withcoord list of [place, …]";

pub(super) const ENTRIES: &[Entry] = &[
    entry(
        "geoadd",
        "name, values, nx=False, xx=False, ch=False",
        "GEOADD",
    )
    .sends("name, *$flags(NX=nx, XX=xx, CH=ch), *values")
    .gives(Reply::INT),
    entry("geodist", "name, place1, place2, unit=None", "GEODIST")
        .sends("name, place1, place2, *([unit] if unit else [])")
        .gives(Reply::FLOAT_OR_NONE),
    entry("geohash", "name, *values", "GEOHASH").gives(Reply::LIST),
    entry("geopos", "name, *values", "GEOPOS").gives(Reply::new(
        "list of (longitude, latitude) or None",
        "$positions(@)",
    )),
    entry(
        "georadius",
        "name, longitude, latitude, radius, unit=None, withdist=False, \
         withcoord=False, withhash=False, count=None, sort=None, store=None, \
         store_dist=None, any=False",
        "GEORADIUS",
    )
    .sends(
        "name, longitude, latitude, radius, *$radius(unit, withdist, withcoord, \
         withhash, count, sort, store, store_dist, any)",
    )
    .gives(Reply::new(
        PLACES,
        "$places(@, withdist, withcoord, withhash, store or store_dist)",
    )),
    entry(
        "georadiusbymember",
        "name, member, radius, unit=None, withdist=False, withcoord=False, \
         withhash=False, count=None, sort=None, store=None, store_dist=None, \
         any=False",
        "GEORADIUSBYMEMBER",
    )
    .sends(
        "name, member, radius, *$radius(unit, withdist, withcoord, withhash, \
         count, sort, store, store_dist, any)",
    )
    .gives(Reply::new(
        PLACES,
        "$places(@, withdist, withcoord, withhash, store or store_dist)",
    )),
    entry(
        "geosearch",
        "name, member=None, longitude=None, latitude=None, unit=\"m\", \
         radius=None, width=None, height=None, sort=None, count=None, any=False, \
         withcoord=False, withdist=False, withhash=False",
        "GEOSEARCH",
    )
    .sends(
        "name, *$search(member, longitude, latitude, unit, radius, width, \
         height, sort, count, any), *$flags(WITHDIST=withdist, \
         WITHCOORD=withcoord, WITHHASH=withhash)",
    )
    .gives(Reply::new(
        PLACES,
        "$places(@, withdist, withcoord, withhash)",
    ))
    .since("6.2"),
    entry(
        "geosearchstore",
        "dest, name, member=None, longitude=None, latitude=None, unit=\"m\", \
         radius=None, width=None, height=None, sort=None, count=None, any=False, \
         storedist=False",
        "GEOSEARCHSTORE",
    )
    .sends(
        "dest, name, *$search(member, longitude, latitude, unit, radius, width, \
         height, sort, count, any), *$flags(STOREDIST=storedist)",
    )
    .gives(Reply::INT)
    .since("6.2"),
];
