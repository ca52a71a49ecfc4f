granted(owner, producer, application, labels, now) if
    now < 1798761600000 and
    owner in ["11111111-2222-4333-8444-555555555555", "0d0c2f6e-3f5d-4b2b-9a7e-5a1d2c3b4e5f", "7b9e4c1a-8d2f-4e6b-b3a5-1c2d3e4f5a6b"] and
    producer in ["c2a1b0d9-e8f7-4a6b-9c5d-4e3f2a1b0c9d", "5f4e3d2c-1b0a-4f9e-8d7c-6b5a4f3e2d1c"] and
    application in ["metrics", "logs", "traces", "alerts"] and
    dc(labels) and
    ["host", "web-01"] in labels;
dc(labels) if ["dc", value] in labels and value.starts_with("eu-");
