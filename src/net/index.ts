export type { Connection } from '../ipc/index.ts';
export type { Address, AddressLike, HostAddress, PathAddress } from './address.ts';
export { connect, type ConnectOptions } from './client/connect.ts';
export type { Jitter } from './client/backoff.ts';
export type { ReconnectOptions, ReconnectState, RetryOptions } from './client/reconnect-options.ts';
export { reconnecting, type ReconnectingConnection } from './client/reconnecting.ts';
export type { Body } from './connection/body-source.ts';
export { SocketConnection, type StreamWait } from './connection/connection.ts';
export type { StreamedMessage } from './connection/streaming.ts';
export type { LimitOptions } from './connection/limits.ts';
export type { MessageBody } from './connection/message-body.ts';
export type { Answer, AnswerFunction, AnswerParts } from './requests/answer.ts';
export { Answering, answering, type AnsweringHandler, type AnsweringOptions } from './requests/answering.ts';
export {
  type DictConnection,
  requester,
  type RequesterOptions,
  type RequestLimits,
} from './requests/requester-options.ts';
export type { Requester } from './requests/requester.ts';
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
export type { UdpOptions } from './udp/udp-options.ts';
export type { UdpRequest } from './udp/udp-request.ts';
export { UdpServer } from './udp/udp-server.ts';
export {
  type BodyDecoder,
  type DictArguments,
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
