// Loads the settings file it is given and says what is wrong with it, exit 2 if anything: so that
// tools/check_docs.py can try the examples in the documents. No camera, server or environment is asked.
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
