// /api/v1/pictures: the records of one viewer; openapi.json describes the format. And one picture, now.
// A viewer is a few numbers and the record that it has not taken yet: a slow one skips pictures.
// Threads: owner thread only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "web/live_pictures.h"
#include "web/message.h"

namespace vigia::web {

// cameras: in the order of the request; the ticket is for these.
std::unique_ptr<EndlessBody> picture_stream(LivePictures& pictures, std::vector<std::string> cameras,
                                            std::unique_ptr<LivePictures::Ticket> ticket, SteadyTime now);

// The camera's next picture, or 503 after 3 s; why_not: what the camera does instead.
std::unique_ptr<Later> next_picture(LivePictures& pictures, const std::string& camera,
                                    std::unique_ptr<LivePictures::Ticket> ticket, SteadyTime now,
                                    std::function<std::string()> why_not);

}  // namespace vigia::web
