import Archive from '@lucide/svelte/icons/archive';
import Ban from '@lucide/svelte/icons/ban';
import Check from '@lucide/svelte/icons/check';
import ChevronDown from '@lucide/svelte/icons/chevron-down';
import ChevronLeft from '@lucide/svelte/icons/chevron-left';
import ChevronRight from '@lucide/svelte/icons/chevron-right';
import ChevronUp from '@lucide/svelte/icons/chevron-up';
import CircleAlert from '@lucide/svelte/icons/circle-alert';
import CircleArrowUp from '@lucide/svelte/icons/circle-arrow-up';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import Clock from '@lucide/svelte/icons/clock';
import CloudOff from '@lucide/svelte/icons/cloud-off';
import Code from '@lucide/svelte/icons/code';
import Download from '@lucide/svelte/icons/download';
import Ellipsis from '@lucide/svelte/icons/ellipsis';
import File from '@lucide/svelte/icons/file';
import FileArchive from '@lucide/svelte/icons/file-archive';
import FileMusic from '@lucide/svelte/icons/file-music';
import FilePlay from '@lucide/svelte/icons/file-play';
import FileImage from '@lucide/svelte/icons/file-image';
import FileText from '@lucide/svelte/icons/file-text';
import Folder from '@lucide/svelte/icons/folder';
import FolderInput from '@lucide/svelte/icons/folder-input';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import Forward from '@lucide/svelte/icons/forward';
import ImageOff from '@lucide/svelte/icons/image-off';
import Inbox from '@lucide/svelte/icons/inbox';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Lock from '@lucide/svelte/icons/lock';
import Mail from '@lucide/svelte/icons/mail';
import MailOpen from '@lucide/svelte/icons/mail-open';
import Moon from '@lucide/svelte/icons/moon';
import Paperclip from '@lucide/svelte/icons/paperclip';
import Pen from '@lucide/svelte/icons/pen';
import Printer from '@lucide/svelte/icons/printer';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import Reply from '@lucide/svelte/icons/reply';
import ReplyAll from '@lucide/svelte/icons/reply-all';
import Search from '@lucide/svelte/icons/search';
import ShieldAlert from '@lucide/svelte/icons/shield-alert';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import ShieldQuestion from '@lucide/svelte/icons/shield-question-mark';
import Send from '@lucide/svelte/icons/send';
import Settings from '@lucide/svelte/icons/settings-2';
import Star from '@lucide/svelte/icons/star';
import Terminal from '@lucide/svelte/icons/terminal';
import Trash from '@lucide/svelte/icons/trash';
import Undo from '@lucide/svelte/icons/undo-2';
import Upload from '@lucide/svelte/icons/upload';
import WifiOff from '@lucide/svelte/icons/wifi-off';
import X from '@lucide/svelte/icons/x';
import Bold from '@lucide/svelte/icons/bold';
import CircleDashed from '@lucide/svelte/icons/circle-dashed';
import CircleMinus from '@lucide/svelte/icons/circle-minus';
import Info from '@lucide/svelte/icons/info';
import Italic from '@lucide/svelte/icons/italic';
import Link from '@lucide/svelte/icons/link';
import List from '@lucide/svelte/icons/list';
import ListOrdered from '@lucide/svelte/icons/list-ordered';
import Plus from '@lucide/svelte/icons/plus';
import TextQuote from '@lucide/svelte/icons/text-quote';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import User from '@lucide/svelte/icons/user';

/** The icons of the window by what they mean here. */
export const icons = {
  alert: CircleAlert,
  archive: Archive,
  away: CloudOff,
  check: Check,
  clip: Paperclip,
  clock: Clock,
  code: Code,
  down: ChevronDown,
  up: ChevronUp,
  download: Download,
  draft: FileText,
  'shield-good': ShieldCheck,
  'shield-ask': ShieldQuestion,
  'shield-bad': ShieldAlert,
  file: File,
  'file-archive': FileArchive,
  'file-image': FileImage,
  'file-audio': FileMusic,
  'file-video': FilePlay,
  folder: Folder,
  'folder-new': FolderPlus,
  forward: Forward,
  good: CircleCheck,
  'image-off': ImageOff,
  inbox: Inbox,
  junk: Ban,
  keys: Keyboard,
  left: ChevronLeft,
  lock: Lock,
  moon: Moon,
  more: Ellipsis,
  move: FolderInput,
  off: WifiOff,
  outbox: Upload,
  pen: Pen,
  print: Printer,
  prompt: Terminal,
  read: MailOpen,
  refresh: RefreshCw,
  reply: Reply,
  'reply-all': ReplyAll,
  right: ChevronRight,
  search: Search,
  send: Send,
  settings: Settings,
  star: Star,
  trash: Trash,
  undo: Undo,
  unread: Mail,
  waiting: CircleArrowUp,
  bold: Bold,
  asking: CircleDashed,
  none: CircleMinus,
  info: Info,
  italic: Italic,
  link: Link,
  bullets: List,
  numbers: ListOrdered,
  plus: Plus,
  quote: TextQuote,
  warn: TriangleAlert,
  person: User,
  x: X,
} as const;

export type IconName = keyof typeof icons;

/** Icons that point somewhere: they mirror in right-to-left text. */
export const directedIcons: ReadonlySet<IconName> = new Set([
  'left',
  'right',
  'reply',
  'reply-all',
  'forward',
  'undo',
  'send',
]);
