import { storageContract } from '../driver.contract.ts';
import { memoryDriver } from './memory.ts';

storageContract('memory', async () => memoryDriver());
