// Breaks connections of a server in this process, like a network failure or a crashed server.
#pragma once

#include <string_view>

namespace vigia::testing {

// Ends the connections that this process accepted on `server_port`, at once and with a reset; peer_port: only
// the one from there, 0: all. For servers whose library gives no access to its sockets.
void reset_connections(int server_port, int peer_port = 0);

// Writes bytes into that connection behind the server's back, like a broken server.
void write_into_connection(int server_port, int peer_port, std::string_view bytes);

// False: the other side has ended it, or broken it off.
bool connection_lives(int server_port, int peer_port);

}  // namespace vigia::testing
