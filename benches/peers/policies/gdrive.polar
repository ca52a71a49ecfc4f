granted(_user, "view", _resource, relations) if "owner" in relations;
granted(_user, "edit", _resource, relations) if "owner" in relations;
granted(_user, "share", _resource, relations) if "owner" in relations;
granted(_user, "delete", _resource, relations) if "owner" in relations;
granted(_user, "view", _resource, relations) if "viewer" in relations;
granted(_user, "view", _resource, relations) if "public" in relations;
