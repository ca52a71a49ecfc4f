allow(_user, "view", _resource, relations) if "owner" in relations;
allow(_user, "edit", _resource, relations) if "owner" in relations;
allow(_user, "share", _resource, relations) if "owner" in relations;
allow(_user, "delete", _resource, relations) if "owner" in relations;
allow(_user, "view", _resource, relations) if "viewer" in relations;
allow(_user, "view", _resource, relations) if "public" in relations;
