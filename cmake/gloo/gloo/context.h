#pragma once
// What LibTorch's ProcessGroupGloo.hpp names of Gloo's contexts and transports. See
// gloo/rendezvous/store.h.
#include <chrono>
#include <memory>

namespace gloo {
class Context {
 public:
  void setTimeout(std::chrono::milliseconds timeout);
};

namespace transport {
class Device;

class UnboundBuffer {
 public:
  virtual ~UnboundBuffer();
};
}  // namespace transport
}  // namespace gloo
