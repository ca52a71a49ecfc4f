granted(method, path, ip, hour, now) if
    now < 1798761600000 and
    method in ["GET", "HEAD"] and
    path.starts_with("/v1/tenants/acme/objects/") and path != "/v1/tenants/acme/objects/" and
    near(ip) and
    hour >= 6 and hour < 22 and
    not path.contains("/.admin/") and not path.ends_with("/.admin");
near(ip) if ip >= 167772160 and ip < 184549376;
near(ip) if ip >= 3232235520 and ip < 3232301056;
