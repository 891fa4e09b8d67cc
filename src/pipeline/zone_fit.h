// Whether rot and roi fit a camera's pictures: a part given in pixels is meant for one size, and cameras
// change theirs. Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "domain/zone.h"

namespace vigia::pipeline {

// A sentence for each of rot and roi that reaches out of pictures of this size: what follows, and the line to
// write instead. Empty: both fit. meant: the size for which they were right; 0x0: not known, the smallest
// usual one that they fit is taken.
std::vector<std::string> misfits(const domain::Zone& rot, const domain::Zone& roi, domain::Size picture,
                                 domain::Size meant = {});

}  // namespace vigia::pipeline
