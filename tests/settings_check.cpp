// Loads the given settings file and prints its errors, exit 2 if there are any, so that tools/check_docs.py
// can try the examples in the documents. Uses no camera, server or environment.
#include <cstdio>

#include "settings/load.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: vigia_settings_check FILE\n", stderr);
    return 2;
  }
  const auto outcome = vigia::settings::load({argv[1], {}, {}});
  for (const auto& line : outcome.errors) std::printf("%s\n", line.c_str());
  return outcome.settings ? 0 : 2;
}
