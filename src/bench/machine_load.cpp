#include "bench/machine_load.h"

#include <unistd.h>

#include <fstream>
#include <string>

namespace vigia::bench {

double machine_cpu_seconds() {
  std::ifstream in("/proc/stat");
  std::string name;
  double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, soft_irq = 0, stolen = 0;
  in >> name >> user >> nice >> system >> idle >> waiting >> irq >> soft_irq >> stolen;
  if (!in) return 0;
  return (user + nice + system + irq + soft_irq + stolen) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace vigia::bench
