// What the user wants of `vigia model`.
#pragma once

#include <string>

namespace vigia::settings {

struct ModelOptions {
  std::string letter = "n";  // s or n: detect/published_models.h
  std::string from;          // a file, or a URL; empty: where it is published
  double within = 300;       // seconds for all of it
  bool if_none = false;      // only where detector.model: auto would take the built-in one

  bool operator==(const ModelOptions&) const = default;
};

}  // namespace vigia::settings
