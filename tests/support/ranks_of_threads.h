#pragma once
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <thread>
#include <vector>

#include "temper/distributed/group.h"

namespace temper::test {

/// A port of this machine that nobody listens at.
inline std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  if (socket < 0) throw std::runtime_error("no socket");
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  const bool found = ::bind(socket, any, size) == 0 && ::getsockname(socket, any, &size) == 0;
  ::close(socket);
  if (!found) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

/// The place of a thread among the ranks of this process.
inline distributed::Ranks thread_rank(std::int64_t rank, std::int64_t size, std::uint16_t port) {
  return {.rank = rank,
          .size = size,
          .local_rank = rank,
          .local_size = size,
          .launcher = "torchrun",
          .host = "127.0.0.1",
          .port = port};
}

/// Calls a function of each rank's group, each in a thread of its own, and closes the groups.
template <class Work>
void in_ranks(std::int64_t size, const Work& work) {
  // c10d records what its groups do, for all groups of a process without a lock.
  ::setenv("TORCH_FR_BUFFER_SIZE", "0", 1);  // NOLINT(concurrency-mt-unsafe)
  const auto port = free_port();
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(size));
  std::vector<std::thread> threads;
  for (std::int64_t rank = 0; rank < size; ++rank)
    threads.emplace_back([&, rank] {
      try {
        distributed::Group group(
            thread_rank(rank, size, port),
            {.join_timeout = std::chrono::seconds(30), .rank_timeout = std::chrono::seconds(30)});
        try {
          work(group);
          group.close();
        } catch (const std::exception& error) {
          group.leave(Error(Code::internal, error.what()));
          throw;
        }
      } catch (...) {
        errors[static_cast<std::size_t>(rank)] = std::current_exception();
      }
    });
  for (auto& thread : threads) thread.join();
  for (const auto& error : errors)
    if (error) std::rethrow_exception(error);
}

}  // namespace temper::test
