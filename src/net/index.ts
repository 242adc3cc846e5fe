export type { Address, AddressLike, HostAddress, PathAddress } from './address.ts';
export { connect, type ConnectOptions } from './client/connect.ts';
export type { Body } from './connection/body-source.ts';
export { SocketConnection, type StreamedMessage, type StreamWait } from './connection/connection.ts';
export type { LimitOptions } from './connection/limits.ts';
export type { MessageBody } from './connection/message-body.ts';
export {
  type Handler,
  type HandlerClass,
  type HandlerFunction,
  RequestHandler,
  type ServerFace,
} from './server/handler.ts';
export type {
  CommonOptions,
  Concurrency,
  StreamServerOptions,
  TcpOptions,
  UnixOptions,
} from './server/options.ts';
export type { FramingOption, HandleError, ServerTls, VerifyRequest } from './server/plan.ts';
export type { CloseOptions, SocketServer } from './server/server.ts';
export type { ServerStats, ServerWorker } from './server/stats.ts';
export { TcpServer } from './server/tcp-server.ts';
export { UnixServer } from './server/unix-server.ts';
export {
  type BodyDecoder,
  dictHeader,
  type DictHeader,
  DictMessage,
  type FrameDecoder,
  type FrameLimits,
  type Framing,
  framingNamed,
  lengthPrefixed,
  type LengthPrefixedOptions,
  lines,
  type LinesOptions,
  pythonConnection,
  type PythonConnectionOptions,
  raw,
} from '../wire/index.ts';
